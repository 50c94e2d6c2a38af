import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { checkKey } from '../../ports/item-limits.ts';
import type { ItemKey } from '../../ports/item-store.ts';
import { withBackoff } from '../backoff.ts';
import { type Access, capacityRequest, reportCapacity } from './access.ts';
import { COUNT_PREFIX, keyAttributes } from './attributes.ts';

/**
 * Adds to counts; an item that this makes has version 0, which a writer can expect. Repeated only where a try was
 * certainly not applied: adding twice is no good.
 */
export const addCounts = async (
  access: Access,
  key: ItemKey,
  counts: Readonly<Record<string, number>>,
): Promise<void> => {
  checkKey(key);
  const entries = Object.entries(counts);
  if (entries.length === 0) return;
  const command = new UpdateItemCommand({
    TableName: access.tables[key.table],
    Key: keyAttributes(key),
    UpdateExpression: `SET #version = if_not_exists(#version, :none) ADD ${entries.map((_, n) => `#${n} :${n}`).join(', ')}`,
    ExpressionAttributeNames: {
      '#version': 'version',
      ...Object.fromEntries(entries.map(([name], n) => [`#${n}`, COUNT_PREFIX + name])),
    },
    ExpressionAttributeValues: {
      ':none': { N: '0' },
      ...Object.fromEntries(entries.map(([, count], n) => [`:${n}`, { N: String(count) }])),
    },
    ...capacityRequest(access),
  });
  const run = async (): Promise<void> => {
    const { ConsumedCapacity } = await access.client.send(command);
    reportCapacity(access, 'add', [ConsumedCapacity]);
  };
  const again = ({ code }: { code: string }): boolean => code === 'THROTTLED' || code === 'UNAVAILABLE';
  await withBackoff(access.backoff, { name: 'UpdateItem', run, again });
};
