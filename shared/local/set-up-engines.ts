import { makeDynamoClient } from '../aws/clients.ts';
import { createTables } from '../aws/dynamo/create-tables.ts';
import type { TableName } from '../ports/item-store.ts';
import { callSqs } from './call-engine.ts';
import type { Engines } from './engines.ts';

export type LaneQueue = { readonly url: string; readonly arn: string };

export const REGION = 'us-east-1';

export const TABLES: Readonly<Record<TableName, string>> = {
  segments: 'meridian-segments',
  keys: 'meridian-keys',
  control: 'meridian-control',
};

/** As the deployment has them: six times the timeout of the function, and 15 minutes of throttling plus three attempts. */
const VISIBILITY_SECONDS = 360;
const MAX_RECEIVES = 6;

export type LaneQueues = { readonly send: LaneQueue; readonly process: LaneQueue };

/** Makes the tables where there are none, and the queues of hints with their dead-letter queues, which are always new. */
export async function setUpEngines(engines: Engines): Promise<LaneQueues> {
  const [send, process] = await Promise.all([
    makeLane(engines, 'meridian-send'),
    makeLane(engines, 'meridian-process'),
    makeTables(engines),
  ]);
  return { send, process };
}

async function makeTables({ dynamoEndpoint }: Engines): Promise<void> {
  const client = makeDynamoClient({ region: REGION, endpoint: dynamoEndpoint });
  await createTables(client, TABLES);
  client.destroy();
}

async function makeLane({ sqsEndpoint }: Engines, name: string): Promise<LaneQueue> {
  const deadLetters = await makeQueue(sqsEndpoint, `${name}-dead-letters`, {});
  return makeQueue(sqsEndpoint, name, {
    VisibilityTimeout: String(VISIBILITY_SECONDS),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: MAX_RECEIVES }),
  });
}

async function makeQueue(endpoint: string, name: string, attributes: Record<string, string>): Promise<LaneQueue> {
  const { QueueUrl: url } = await callSqs<{ QueueUrl: string }>(endpoint, 'CreateQueue', {
    body: { QueueName: name, Attributes: attributes },
  });
  const { Attributes } = await callSqs<{ Attributes: { QueueArn: string } }>(endpoint, 'GetQueueAttributes', {
    body: { QueueUrl: url, AttributeNames: ['QueueArn'] },
  });
  return { url, arn: Attributes.QueueArn };
}
