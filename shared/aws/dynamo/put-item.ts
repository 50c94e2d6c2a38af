import { ConditionalCheckFailedException, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { checkItem } from '../../ports/item-limits.ts';
import type { Expect, Item } from '../../ports/item-store.ts';
import { withBackoff } from '../backoff.ts';
import { type Access, capacityRequest, reportCapacity } from './access.ts';
import { toAttributes } from './attributes.ts';

/** The clauses under which an item may be written or removed. */
export const condition = (expect: Expect) => {
  if (expect === 'any') return {};
  if (expect === 'absent') return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: '#version = :expected',
    ExpressionAttributeNames: { '#version': 'version' },
    ExpressionAttributeValues: { ':expected': { N: String(expect) } },
  };
};

/** True for the answer that is no fault: somebody else was there first. */
export const isConflict = (error: unknown): boolean => error instanceof ConditionalCheckFailedException;

/**
 * Writes one item under a condition. A try whose answer was lost is repeated: if it had been applied, the next one
 * conflicts with it, which is why callers look for their own nonce.
 */
export const putItem = (access: Access, item: Item, expect: Expect): Promise<'stored' | 'conflict'> => {
  checkItem(item);
  const command = new PutItemCommand({
    TableName: access.tables[item.table],
    Item: toAttributes(item),
    ...condition(expect),
    ...capacityRequest(access),
  });
  const run = async (): Promise<'stored' | 'conflict'> => {
    try {
      const { ConsumedCapacity } = await access.client.send(command);
      reportCapacity(access, 'put', [ConsumedCapacity]);
      return 'stored';
    } catch (error) {
      if (isConflict(error)) return 'conflict';
      throw error;
    }
  };
  return withBackoff(access.backoff, { name: 'PutItem', run, again: (error) => error.retryable });
};
