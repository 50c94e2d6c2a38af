import { checkItem, checkKey, checkRange } from '../ports/item-limits.ts';
import type { Expect, Item, ItemKey, ItemStore, Page, RangeQuery, TableName } from '../ports/item-store.ts';
import { MemoryPartition } from './memory-partition.ts';

/** DynamoDB ends a page at one megabyte. */
const MAX_PAGE_BYTES = 1024 * 1024;
const TABLES: readonly TableName[] = ['segments', 'keys', 'control'];

export type StoreCall = 'get' | 'getMany' | 'put' | 'putMany' | 'remove' | 'query' | 'add';

export type MemoryStoreOptions = {
  /** The most items of the next page, asked at each query; 0 makes an empty page that goes on. */
  readonly pageItems?: () => number;
  /**
   * Called around every call, for calls of many once per key. Throw `before` and the call is not applied;
   * throw `after` and it is, but its answer is lost. A promise delays the call.
   */
  readonly hook?: (phase: 'before' | 'after', call: StoreCall, key: ItemKey) => Promise<void> | void;
};

export type MemoryStore = ItemStore & {
  /** Copies of all items, by table, then in the order in which partitions were first written, then by sort key. */
  items(): Item[];
};

/** An {@link ItemStore} in this process: synchronous inside, so one seed always gives one order of events. */
export function makeMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  const { hook } = options;
  const tables = new Map(TABLES.map((name) => [name, new Map<string, MemoryPartition>()]));
  const partitionsOf = (table: TableName) => tables.get(table) ?? unknownTable(table);
  const find = (key: ItemKey) => partitionsOf(key.table).get(key.pk)?.get(key.sk);

  async function around<T>(call: StoreCall, key: ItemKey, apply: () => T): Promise<T> {
    if (hook === undefined) return apply();
    await hook('before', call, key);
    const result = apply();
    await hook('after', call, key);
    return result;
  }

  function write(item: Item): void {
    const partitions = partitionsOf(item.table);
    let partition = partitions.get(item.pk);
    if (partition === undefined) partitions.set(item.pk, (partition = new MemoryPartition()));
    partition.set(copy(item));
  }

  function erase(key: ItemKey): void {
    const partitions = partitionsOf(key.table);
    const partition = partitions.get(key.pk);
    partition?.delete(key.sk);
    if (partition?.size === 0) partitions.delete(key.pk);
  }

  return {
    async get(key) {
      checkKey(key);
      return around('get', key, () => copyFound(find(key)));
    },
    async getMany(keys) {
      keys.forEach(checkKey);
      const found = new Map<Item, Item>();
      for (const key of keys) {
        const item = hook === undefined ? find(key) : await around('getMany', key, () => find(key));
        if (item !== undefined) found.set(item, copy(item));
      }
      return [...found.values()];
    },
    async put(item, expect) {
      checkItem(item);
      return around('put', item, () => {
        if (!holds(expect, find(item))) return 'conflict';
        write(item);
        return 'stored';
      });
    },
    async putMany(items) {
      items.forEach(checkItem);
      for (const item of items) {
        if (hook === undefined) write(item);
        else await around('putMany', item, () => write(item));
      }
    },
    async remove(key, expect) {
      checkKey(key);
      return around('remove', key, () => {
        if (!holds(expect, find(key))) return 'conflict';
        erase(key);
        return 'removed';
      });
    },
    async query(range) {
      checkRange(range);
      const key = { table: range.table, pk: range.pk, sk: range.from };
      const most = Math.min(range.limit ?? Infinity, options.pageItems?.() ?? Infinity);
      return around('query', key, () => page(partitionsOf(range.table).get(range.pk), range, most));
    },
    async add(key, counts) {
      checkKey(key);
      return around('add', key, () => {
        const item = find(key) ?? { ...key, version: 0 };
        write({ ...item, counts: sum(item.counts, counts) });
      });
    },
    items: () => [...tables.values()].flatMap((partitions) => [...partitions.values()].flatMap(allOf)),
  };
}

/** True where the stored item, or its absence, is what the writer expects. */
function holds(expect: Expect, stored: Item | undefined): boolean {
  if (expect === 'any') return true;
  return expect === 'absent' ? stored === undefined : stored?.version === expect;
}

/** The cursor is `>` and the last sort key seen, or a bare `^` while nothing was seen. */
function page(partition: MemoryPartition | undefined, range: RangeQuery, most: number): Page {
  if (partition === undefined) return { items: [] };
  const seen = range.after?.startsWith('>') ? range.after.slice(1) : undefined;
  const step = range.reverse ? -1 : 1;
  let low = partition.indexFrom(range.from);
  let high = partition.indexAfter(range.to) - 1;
  if (seen !== undefined && range.reverse) high = Math.min(high, partition.indexFrom(seen) - 1);
  if (seen !== undefined && !range.reverse) low = Math.max(low, partition.indexAfter(seen));
  const items: Item[] = [];
  let bytes = 0;
  for (let i = range.reverse ? high : low; i >= low && i <= high; i += step) {
    const last = items.at(-1);
    if (items.length >= most || bytes > MAX_PAGE_BYTES) return { items, next: cursor(last, range.after) };
    const item = partition.at(i);
    if (item === undefined) break;
    bytes += (item.doc?.length ?? 0) + (item.body?.length ?? 0);
    items.push(copy(item));
  }
  return { items };
}

const cursor = (last: Item | undefined, before: string | undefined): string =>
  last === undefined ? (before ?? '^') : `>${last.sk}`;

function sum(counts: Item['counts'], added: Readonly<Record<string, number>>): Record<string, number> {
  const total: Record<string, number> = { ...counts };
  for (const [name, value] of Object.entries(added)) total[name] = (total[name] ?? 0) + value;
  return total;
}

function allOf(partition: MemoryPartition): Item[] {
  const items: Item[] = [];
  for (let i = 0; i < partition.size; i++) {
    const item = partition.at(i);
    if (item !== undefined) items.push(copy(item));
  }
  return items;
}

const copyFound = (item: Item | undefined): Item | undefined => (item === undefined ? undefined : copy(item));

/** Text and numbers cannot change; bytes and counts can, so the store never shares them with a caller. */
function copy(item: Item): Item {
  const { body, counts, ...rest } = item;
  return {
    ...rest,
    // Not body.slice(): the slice of a Buffer shares its memory.
    ...(body !== undefined && { body: new Uint8Array(body) }),
    ...(counts !== undefined && !isEmpty(counts) && { counts: { ...counts } }),
  };
}

function isEmpty(record: object): boolean {
  for (const _ in record) return false;
  return true;
}

function unknownTable(table: string): never {
  throw new RangeError(`There is no table "${table}"; the tables are ${TABLES.join(', ')}.`);
}
