import { checkItem, checkKey, checkRange } from '../ports/item-limits.ts';
import type { Expect, Item, ItemKey, ItemStore } from '../ports/item-store.ts';
import { copyItem, isEmpty } from './copy-item.ts';
import { readPage } from './memory-page.ts';
import { MemoryTables } from './memory-tables.ts';

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
export function makeMemoryStore({ hook, pageItems }: MemoryStoreOptions = {}): MemoryStore {
  const tables = new MemoryTables();
  const around = hook ? makeAround(hook) : <T>(_call: StoreCall, _key: ItemKey, apply: () => T): T => apply();
  return {
    async get(key) {
      checkKey(key);
      return around('get', key, () => copyFound(tables.find(key)));
    },
    async getMany(keys) {
      keys.forEach(checkKey);
      const found = new Set<Item>();
      for (const key of keys) {
        const item = hook ? await around('getMany', key, () => tables.find(key)) : tables.find(key);
        if (item) found.add(item);
      }
      return Array.from(found, copyItem);
    },
    async put(item, expect) {
      checkItem(item);
      return around('put', item, () => {
        if (!holds(expect, tables.find(item))) return 'conflict';
        tables.write(item);
        return 'stored';
      });
    },
    async putMany(items) {
      items.forEach(checkItem);
      for (const item of items) {
        if (hook) await around('putMany', item, () => tables.write(item));
        else tables.write(item);
      }
    },
    async remove(key, expect) {
      checkKey(key);
      return around('remove', key, () => {
        if (!holds(expect, tables.find(key))) return 'conflict';
        tables.erase(key);
        return 'removed';
      });
    },
    async query(range) {
      checkRange(range);
      const most = Math.min(range.limit ?? Infinity, pageItems?.() ?? Infinity);
      const { table, pk, from: sk } = range;
      return around('query', { table, pk, sk }, () => readPage(tables.partition(range), range, most));
    },
    async add(key, counts) {
      checkKey(key);
      if (isEmpty(counts)) return;
      await around('add', key, () => tables.add(key, counts));
    },
    items: () => Array.from(tables.items(), copyItem),
  };
}

const makeAround =
  (hook: NonNullable<MemoryStoreOptions['hook']>) =>
  async <T>(call: StoreCall, key: ItemKey, apply: () => T): Promise<T> => {
    await hook('before', call, key);
    const result = apply();
    await hook('after', call, key);
    return result;
  };

/** True where the stored item, or its absence, is what the writer expects. */
function holds(expect: Expect, stored: Item | undefined): boolean {
  if (expect === 'any') return true;
  return expect === 'absent' ? stored === undefined : stored?.version === expect;
}

const copyFound = (item: Item | undefined): Item | undefined => (item === undefined ? undefined : copyItem(item));
