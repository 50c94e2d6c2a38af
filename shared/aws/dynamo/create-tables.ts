import {
  CreateTableCommand,
  type DynamoDBClient,
  ResourceInUseException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import type { TableName } from '../../ports/item-store.ts';
import { ATTRIBUTES } from './tables.ts';

const WAIT_SECONDS = 30;

const createTable = async (client: DynamoDBClient, name: string): Promise<void> => {
  const { pk, sk } = ATTRIBUTES;
  const command = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [pk, sk].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
    KeySchema: [
      { AttributeName: pk, KeyType: 'HASH' },
      { AttributeName: sk, KeyType: 'RANGE' },
    ],
  });
  try {
    await client.send(command);
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await waitUntilTableExists({ client, maxWaitTime: WAIT_SECONDS, minDelay: 1 }, { TableName: name });
};

/** Creates the three tables where they are absent; for engines that no deployment prepares. */
export const createTables = async (
  client: DynamoDBClient,
  tables: Readonly<Record<TableName, string>>,
): Promise<void> => {
  await Promise.all(Object.values(tables).map((name) => createTable(client, name)));
};
