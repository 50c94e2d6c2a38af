import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { TableName } from '../../ports/item-store.ts';
import type { Backoff } from '../backoff.ts';

/** Which consumed what, in read or write units. */
export type OnCapacity = (operation: string, table: TableName, units: number) => void;

/** What every operation stands on. */
export type Access = {
  readonly client: DynamoDBClient;
  readonly tables: Readonly<Record<TableName, string>>;
  readonly backoff: Backoff;
  readonly onCapacity: OnCapacity | undefined;
};

type Consumed = { readonly TableName?: string | undefined; readonly CapacityUnits?: number | undefined };

/** Asks for consumed capacity only where somebody listens. */
export const capacityRequest = ({ onCapacity }: Access): { ReturnConsumedCapacity?: 'TOTAL' } =>
  onCapacity ? { ReturnConsumedCapacity: 'TOTAL' } : {};

export const reportCapacity = (
  access: Access,
  operation: string,
  consumed: readonly (Consumed | undefined)[],
): void => {
  if (!access.onCapacity) return;
  for (const part of consumed) {
    const table = Object.entries(access.tables).find(([, name]) => name === part?.TableName)?.[0];
    if (table !== undefined) access.onCapacity(operation, table as TableName, part?.CapacityUnits ?? 0);
  }
};
