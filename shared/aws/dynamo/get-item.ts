import { GetItemCommand } from '@aws-sdk/client-dynamodb';
import { checkKey } from '../../ports/item-limits.ts';
import type { Item, ItemKey } from '../../ports/item-store.ts';
import { withBackoff } from '../backoff.ts';
import { type Access, capacityRequest, reportCapacity } from './access.ts';
import { keyAttributes, toItem } from './attributes.ts';

/** Reads one item as the last acknowledged write left it. */
export const getItem = (access: Access, key: ItemKey): Promise<Item | undefined> => {
  checkKey(key);
  const command = new GetItemCommand({
    TableName: access.tables[key.table],
    Key: keyAttributes(key),
    ConsistentRead: true,
    ...capacityRequest(access),
  });
  const run = async (): Promise<Item | undefined> => {
    const { Item: found, ConsumedCapacity } = await access.client.send(command);
    reportCapacity(access, 'get', [ConsumedCapacity]);
    return found && toItem(key.table, found);
  };
  return withBackoff(access.backoff, { name: 'GetItem', run, again: (error) => error.retryable });
};
