import type { Item, ItemKey, TableName } from '../ports/item-store.ts';
import { copyItem } from './copy-item.ts';
import { MemoryPartition } from './memory-partition.ts';

const TABLES: readonly TableName[] = ['segments', 'keys', 'control'];

/** The items of all tables. What goes in is copied; what `find` returns is the stored item itself. */
export class MemoryTables {
  readonly #tables = new Map(TABLES.map((name) => [name, new Map<string, MemoryPartition>()]));

  partition({ table, pk }: Pick<ItemKey, 'table' | 'pk'>): MemoryPartition | undefined {
    return this.#table(table).get(pk);
  }

  find(key: ItemKey): Item | undefined {
    return this.partition(key)?.get(key.sk);
  }

  write(item: Item): void {
    const partitions = this.#table(item.table);
    const partition = partitions.get(item.pk) ?? new MemoryPartition();
    partition.set(copyItem(item));
    partitions.set(item.pk, partition);
  }

  /** Adds to the counts of an item, in place: what `find` returned before has them too. */
  add({ table, pk, sk }: ItemKey, added: Readonly<Record<string, number>>): void {
    const there = this.find({ table, pk, sk });
    if (there?.counts === undefined) {
      this.write({ ...(there ?? { table, pk, sk, version: 0 }), counts: added });
      return;
    }
    const counts: Record<string, number> = there.counts;
    for (const name in added) counts[name] = (counts[name] ?? 0) + (added[name] ?? 0);
  }

  erase(key: ItemKey): void {
    const partition = this.partition(key);
    partition?.delete(key.sk);
    if (partition?.size === 0) this.#table(key.table).delete(key.pk);
  }

  *items(): Generator<Item> {
    for (const partitions of this.#tables.values()) {
      for (const partition of partitions.values()) yield* partition.items();
    }
  }

  #table(name: TableName): Map<string, MemoryPartition> {
    const table = this.#tables.get(name);
    if (table === undefined) throw new RangeError(`There is no table "${name}"; the tables are ${TABLES.join(', ')}.`);
    return table;
  }
}
