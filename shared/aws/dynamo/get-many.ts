import { BatchGetItemCommand, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { epochMs } from '../../core/time/epoch.ts';
import { checkKey } from '../../ports/item-limits.ts';
import type { Item, ItemKey, TableName } from '../../ports/item-store.ts';
import { StoreError } from '../../ports/store-error.ts';
import { waitBefore, withBackoff } from '../backoff.ts';
import { inTurns } from '../in-turns.ts';
import { type Access, capacityRequest, reportCapacity } from './access.ts';
import { keyAttributes, toItem } from './attributes.ts';

/** DynamoDB's limit for one call. */
const KEYS_A_CALL = 100;

/** Calls that may be under way at once. */
const CALLS_AT_ONCE = 8;

type Requests = Record<string, KeysAndAttributes>;

const toRequests = (access: Access, keys: readonly ItemKey[]): Requests => {
  const requests: Requests = {};
  for (const [table, ofTable] of Map.groupBy(keys, (key) => key.table)) {
    requests[access.tables[table]] = { Keys: ofTable.map(keyAttributes), ConsistentRead: true };
  }
  return requests;
};

/** One call; what it left unread comes back in `left`. */
const readOnce = (access: Access, requests: Requests): Promise<{ items: Item[]; left: Requests }> => {
  const command = new BatchGetItemCommand({ RequestItems: requests, ...capacityRequest(access) });
  const run = async () => {
    const { Responses, UnprocessedKeys, ConsumedCapacity } = await access.client.send(command);
    reportCapacity(access, 'getMany', ConsumedCapacity ?? []);
    const items = Object.entries(access.tables).flatMap(([table, name]) =>
      (Responses?.[name] ?? []).map((found) => toItem(table as TableName, found)),
    );
    return { items, left: UnprocessedKeys ?? {} };
  };
  return withBackoff(access.backoff, { name: 'BatchGetItem', run, again: (error) => error.retryable });
};

/**
 * Repeats a call until nothing is left. What an answer has no room for is left too, so the waits and the budget start
 * anew with every answer that brought something.
 */
const readAll = async (access: Access, keys: readonly ItemKey[]): Promise<Item[]> => {
  const { clock, random, budgetMs } = access.backoff;
  const found: Item[] = [];
  let giveUpAt = clock.now() + budgetMs;
  let requests = toRequests(access, keys);
  for (let fruitless = 0; ; ) {
    const { items, left } = await readOnce(access, requests);
    found.push(...items);
    if (Object.keys(left).length === 0) return found;
    fruitless = items.length > 0 ? 0 : fruitless + 1;
    if (items.length > 0) giveUpAt = clock.now() + budgetMs;
    const next = epochMs(clock.now() + waitBefore(fruitless, random));
    if (next > giveUpAt) throw new StoreError('THROTTLED', 'BatchGetItem left keys unread for too long.');
    await clock.sleepUntil(next);
    requests = left;
  }
};

const distinct = (keys: readonly ItemKey[]): ItemKey[] => [
  ...new Map(keys.map((key) => [JSON.stringify([key.table, key.pk, key.sk]), key])).values(),
];

/** Reads any number of items, a hundred a call. */
export const getMany = async (access: Access, keys: readonly ItemKey[]): Promise<Item[]> => {
  keys.forEach(checkKey);
  const wanted = distinct(keys);
  const calls: ItemKey[][] = [];
  for (let from = 0; from < wanted.length; from += KEYS_A_CALL) calls.push(wanted.slice(from, from + KEYS_A_CALL));
  return (await inTurns(calls, CALLS_AT_ONCE, (call) => readAll(access, call))).flat();
};
