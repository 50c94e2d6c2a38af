import type { Item, ItemKey, RangeQuery } from './item-store.ts';
import { StoreError } from './store-error.ts';

/** What one item may weigh, names of attributes included: DynamoDB's limit, kept by every adapter. */
export const MAX_ITEM_BYTES = 400 * 1024;
const MAX_PK_BYTES = 2048;
const MAX_SK_BYTES = 1024;
/** The longest number DynamoDB stores; fixed attribute names and their share of the item. */
const NUMBER_BYTES = 21;
const FIXED_BYTES = 'pk sk version doc body expiresAt'.length + 2 * NUMBER_BYTES;
const COUNT_PREFIX_BYTES = 8;

/** Throws `REJECTED` for a key that no adapter can store: empty, too long, or not well-formed text. */
export function checkKey(key: ItemKey): void {
  checkKeyPart('partition key', key.pk, MAX_PK_BYTES);
  checkKeyPart('sort key', key.sk, MAX_SK_BYTES);
}

/** Throws `REJECTED` for a bad key and `TOO_LARGE` for an item above {@link MAX_ITEM_BYTES}. */
export function checkItem(item: Item): void {
  checkKey(item);
  // UTF-8 takes at most three bytes a code unit: the exact count is made only where this bound does not settle it.
  const chars = item.pk.length + item.sk.length + (item.doc?.length ?? 0);
  if (item.counts === undefined && FIXED_BYTES + (item.body?.length ?? 0) + 3 * chars <= MAX_ITEM_BYTES) return;
  const bytes = itemBytes(item);
  if (bytes <= MAX_ITEM_BYTES) return;
  throw new StoreError('TOO_LARGE', `The item has ${bytes} bytes; at most ${MAX_ITEM_BYTES} are stored. Split it.`);
}

/** Throws `REJECTED` for a range that no adapter can read. Bounds that cross are fine: nothing lies between them. */
export function checkRange(range: RangeQuery): void {
  checkKeyPart('partition key', range.pk, MAX_PK_BYTES);
  checkKeyPart('lower bound', range.from, MAX_SK_BYTES);
  checkKeyPart('upper bound', range.to, MAX_SK_BYTES);
  const { limit } = range;
  if (limit === undefined || (Number.isSafeInteger(limit) && limit > 0)) return;
  throw new StoreError('REJECTED', `The limit of a query is ${limit}; give a whole number from 1 up.`);
}

/** The size of an item in bytes, rounded up a little, as the store counts it. */
export function itemBytes(item: Item): number {
  return fixedBytes(item) + utf8Bytes(item.doc ?? '');
}

function fixedBytes(item: Item): number {
  let bytes = FIXED_BYTES + utf8Bytes(item.pk) + utf8Bytes(item.sk) + (item.body?.length ?? 0);
  for (const name in item.counts) bytes += COUNT_PREFIX_BYTES + utf8Bytes(name) + NUMBER_BYTES;
  return bytes;
}

const utf8Bytes = (text: string): number => Buffer.byteLength(text);

function checkKeyPart(what: string, value: string, maxBytes: number): void {
  // UTF-8 takes at most three bytes a code unit, so most keys need no count.
  if (value.length > 0 && 3 * value.length <= maxBytes && value.isWellFormed()) return;
  const bytes = utf8Bytes(value);
  if (bytes > 0 && bytes <= maxBytes && value.isWellFormed()) return;
  const found = value.isWellFormed() ? `has ${bytes} bytes` : 'has half a surrogate pair';
  throw new StoreError('REJECTED', `The ${what} ${found}; it takes well-formed text of 1 to ${maxBytes} bytes.`);
}
