import { randomUUID } from 'node:crypto';
import { DeleteTableCommand } from '@aws-sdk/client-dynamodb';
import { CreateQueueCommand, DeleteQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { clientConfig } from '../../shared/aws/client-config.ts';
import { makeDynamoClient } from '../../shared/aws/clients.ts';
import { createTables } from '../../shared/aws/dynamo/create-tables.ts';
import { makeSendBatch } from '../../shared/aws/sqs/send-batch.ts';
import { startEngines } from '../../shared/local/engines.ts';
import type { TableName } from '../../shared/ports/item-store.ts';

/** Where DynamoDB and SQS are; without an endpoint they are AWS's own. */
export type Services = {
  readonly dynamoEndpoint?: string;
  readonly sqsEndpoint?: string;
  close(): Promise<void>;
};

const REGION = 'us-east-1';
/** Slow engines answer a batch of megabytes late; what is tested here is not the timeout. */
const REQUEST_TIMEOUT_MS = 20_000;

/** The embedded engines, in memory. */
export const embedded = (): Promise<Services> => startEngines();

/**
 * The services that `MERIDIAN_TEST_ENDPOINT` names: one endpoint for both, or DynamoDB's and SQS's with a comma between
 * them, or `aws` for the account of the environment's credentials. Undefined where it is not set.
 */
export function namedServices(): Services | undefined {
  const named = process.env.MERIDIAN_TEST_ENDPOINT;
  if (!named) return undefined;
  const close = () => Promise.resolve();
  if (named === 'aws') return { close };
  const [dynamoEndpoint = named, sqsEndpoint = dynamoEndpoint] = named.split(',');
  return { dynamoEndpoint, sqsEndpoint, close };
}

export function dynamoClientOf({ dynamoEndpoint: endpoint }: Pick<Services, 'dynamoEndpoint'>) {
  return makeDynamoClient({ region: REGION, requestTimeoutMs: REQUEST_TIMEOUT_MS, ...(endpoint && { endpoint }) });
}

export function sqsClientOf({ sqsEndpoint: endpoint }: Pick<Services, 'sqsEndpoint'>) {
  const config = clientConfig({ region: REGION, requestTimeoutMs: REQUEST_TIMEOUT_MS, endpoint });
  return new SQSClient({ ...config, useQueueUrlAsEndpoint: false });
}

/** Three new tables with names of their own, so that suites on one endpoint do not meet, and a client for them. */
export async function openTables(services: Services) {
  const client = dynamoClientOf(services);
  const prefix = `meridian-test-${randomUUID()}`;
  const tables: Readonly<Record<TableName, string>> = {
    segments: `${prefix}-segments`,
    keys: `${prefix}-keys`,
    control: `${prefix}-control`,
  };
  await createTables(client, tables);
  return {
    client,
    tables,
    async close() {
      await Promise.all(Object.values(tables).map((TableName) => client.send(new DeleteTableCommand({ TableName }))));
      client.destroy();
      await services.close();
    },
  };
}

/** New queues with names of their own, calls that fill them, and a client for all else. */
export async function openQueues(services: Services, count: number) {
  const client = sqsClientOf(services);
  const names = Array.from({ length: count }, () => `meridian-test-${randomUUID()}`);
  const queueUrls = await Promise.all(
    names.map(async (QueueName) => (await client.send(new CreateQueueCommand({ QueueName }))).QueueUrl ?? ''),
  );
  const { sqsEndpoint: endpoint } = services;
  return {
    client,
    sendBatch: makeSendBatch({ region: REGION, requestTimeoutMs: REQUEST_TIMEOUT_MS, endpoint }),
    queueUrls,
    async close() {
      await Promise.all(queueUrls.map((QueueUrl) => client.send(new DeleteQueueCommand({ QueueUrl }))));
      client.destroy();
      await services.close();
    },
  };
}
