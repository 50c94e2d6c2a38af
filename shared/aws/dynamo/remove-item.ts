import { DeleteItemCommand } from '@aws-sdk/client-dynamodb';
import { checkKey } from '../../ports/item-limits.ts';
import type { Expect, ItemKey } from '../../ports/item-store.ts';
import { withBackoff } from '../backoff.ts';
import { type Access, capacityRequest, reportCapacity } from './access.ts';
import { keyAttributes } from './attributes.ts';
import { condition, isConflict } from './put-item.ts';

/** Removes one item under a condition; removing what is not there is no conflict unless a version was expected. */
export const removeItem = (access: Access, key: ItemKey, expect: Expect): Promise<'removed' | 'conflict'> => {
  checkKey(key);
  const command = new DeleteItemCommand({
    TableName: access.tables[key.table],
    Key: keyAttributes(key),
    ...condition(expect),
    ...capacityRequest(access),
  });
  const run = async (): Promise<'removed' | 'conflict'> => {
    try {
      const { ConsumedCapacity } = await access.client.send(command);
      reportCapacity(access, 'remove', [ConsumedCapacity]);
      return 'removed';
    } catch (error) {
      if (isConflict(error)) return 'conflict';
      throw error;
    }
  };
  return withBackoff(access.backoff, { name: 'DeleteItem', run, again: (error) => error.retryable });
};
