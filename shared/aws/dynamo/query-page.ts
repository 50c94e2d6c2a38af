import { QueryCommand } from '@aws-sdk/client-dynamodb';
import { checkRange } from '../../ports/item-limits.ts';
import type { Page, RangeQuery } from '../../ports/item-store.ts';
import { withBackoff } from '../backoff.ts';
import { type Access, capacityRequest, reportCapacity } from './access.ts';
import { keyAttributes, toItem } from './attributes.ts';
import { ATTRIBUTES } from './tables.ts';

/** Reads one page of a range, consistently; DynamoDB ends it at 1 MB. `after` is the sort key that the last page ended with. */
export const queryPage = async (access: Access, range: RangeQuery): Promise<Page> => {
  checkRange(range);
  const { table, pk, from, to, limit, reverse, after, keysOnly } = range;
  // DynamoDB refuses bounds that cross; by UTF-8, as it sorts.
  if (Buffer.compare(Buffer.from(from), Buffer.from(to)) > 0) return { items: [] };
  const command = new QueryCommand({
    TableName: access.tables[table],
    ConsistentRead: true,
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :from AND :to',
    ...(keysOnly && { ProjectionExpression: '#pk, #sk, #version' }),
    ExpressionAttributeNames: {
      '#pk': ATTRIBUTES.pk,
      '#sk': ATTRIBUTES.sk,
      ...(keysOnly && { '#version': 'version' }),
    },
    ExpressionAttributeValues: { ':pk': { S: pk }, ':from': { S: from }, ':to': { S: to } },
    ScanIndexForward: !reverse,
    ...(limit !== undefined && { Limit: limit }),
    ...(after !== undefined && { ExclusiveStartKey: keyAttributes({ table, pk, sk: after }) }),
    ...capacityRequest(access),
  });
  const run = async (): Promise<Page> => {
    const { Items, LastEvaluatedKey, ConsumedCapacity } = await access.client.send(command);
    reportCapacity(access, 'query', [ConsumedCapacity]);
    const next = LastEvaluatedKey?.[ATTRIBUTES.sk]?.S;
    return { items: (Items ?? []).map((found) => toItem(table, found)), ...(next !== undefined && { next }) };
  };
  return withBackoff(access.backoff, { name: 'Query', run, again: (error) => error.retryable });
};
