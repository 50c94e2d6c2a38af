import { BatchGetItemCommand, type KeysAndAttributes } from '@aws-sdk/client-dynamodb';
import { inTurns } from '../../core/in-turns.ts';
import { checkKey } from '../../ports/item-limits.ts';
import type { Item, ItemKey, TableName } from '../../ports/item-store.ts';
import { StoreError } from '../../ports/store-error.ts';
import { withBackoff } from '../backoff.ts';
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

/**
 * One call, repeated with what it left unread until nothing is left. An answer also leaves what it has no room for, so
 * only one that brings nothing counts as turned away.
 */
const readAll = async (access: Access, keys: readonly ItemKey[]): Promise<Item[]> => {
  const found: Item[] = [];
  let requests = toRequests(access, keys);
  const run = async (): Promise<void> => {
    const command = new BatchGetItemCommand({ RequestItems: requests, ...capacityRequest(access) });
    const { Responses, UnprocessedKeys, ConsumedCapacity } = await access.client.send(command);
    reportCapacity(access, 'getMany', ConsumedCapacity ?? []);
    const before = found.length;
    for (const [table, name] of Object.entries(access.tables)) {
      for (const attributes of Responses?.[name] ?? []) found.push(toItem(table as TableName, attributes));
    }
    requests = UnprocessedKeys ?? {};
    if (isEmpty(requests) || found.length > before) return;
    throw new StoreError('THROTTLED', 'BatchGetItem left keys unread for too long.');
  };
  while (!isEmpty(requests)) {
    await withBackoff(access.backoff, { name: 'BatchGetItem', run, again: (error) => error.retryable });
  }
  return found;
};

const isEmpty = (requests: Requests): boolean => Object.keys(requests).length === 0;

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
