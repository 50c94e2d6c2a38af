import { BatchWriteItemCommand, type WriteRequest } from '@aws-sdk/client-dynamodb';
import { inTurns } from '../../core/in-turns.ts';
import { checkItem, itemBytes } from '../../ports/item-limits.ts';
import type { Item } from '../../ports/item-store.ts';
import { StoreError } from '../../ports/store-error.ts';
import { withBackoff } from '../backoff.ts';
import { type Access, capacityRequest, reportCapacity } from './access.ts';
import { toAttributes } from './attributes.ts';
import { putItem } from './put-item.ts';

/** DynamoDB's limits for one call are 25 items and 16 MB; base64 takes a third more on the wire. */
const ITEMS_A_CALL = 25;
const BYTES_A_CALL = 8 * 1024 * 1024;

/** Calls that may be under way at once. */
const CALLS_AT_ONCE = 4;

type Requests = Record<string, WriteRequest[]>;

/** Cuts items into calls that keep both limits; a call must not hold one key twice, so the last of equal keys counts. */
const cut = (items: readonly Item[]): Item[][] => {
  const distinct = new Map(items.map((item) => [JSON.stringify([item.table, item.pk, item.sk]), item])).values();
  const calls: Item[][] = [];
  let call: Item[] = [];
  let bytes = 0;
  for (const item of distinct) {
    const size = itemBytes(item);
    if (call.length === ITEMS_A_CALL || (call.length > 0 && bytes + size > BYTES_A_CALL)) {
      calls.push(call);
      call = [];
      bytes = 0;
    }
    call.push(item);
    bytes += size;
  }
  return call.length > 0 ? [...calls, call] : calls;
};

const toRequests = (access: Access, items: readonly Item[]): Requests => {
  const requests: Requests = {};
  for (const [table, ofTable] of Map.groupBy(items, (item) => item.table)) {
    requests[access.tables[table]] = ofTable.map((item) => ({ PutRequest: { Item: toAttributes(item) } }));
  }
  return requests;
};

/** One call, repeated with what it left unwritten until nothing is left. */
const writeAll = (access: Access, items: readonly Item[]): Promise<void> => {
  let requests = toRequests(access, items);
  const run = async (): Promise<void> => {
    const command = new BatchWriteItemCommand({ RequestItems: requests, ...capacityRequest(access) });
    const { UnprocessedItems, ConsumedCapacity } = await access.client.send(command);
    reportCapacity(access, 'putMany', ConsumedCapacity ?? []);
    requests = UnprocessedItems ?? {};
    if (isEmpty(requests)) return;
    throw new StoreError('THROTTLED', 'BatchWriteItem left items unwritten for too long.');
  };
  return withBackoff(access.backoff, { name: 'BatchWriteItem', run, again: (error) => error.retryable });
};

const isEmpty = (requests: Requests): boolean => Object.keys(requests).length === 0;

/** Writes any number of items, 25 a call, and returns when every one is stored (F29). */
export const putMany = async (access: Access, items: readonly Item[]): Promise<void> => {
  items.forEach(checkItem);
  const [only] = items;
  if (only && items.length === 1) {
    await putItem(access, only, 'any');
    return;
  }
  await inTurns(cut(items), CALLS_AT_ONCE, (call) => writeAll(access, call));
};
