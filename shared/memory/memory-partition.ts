import type { Item } from '../ports/item-store.ts';
import { compareUtf8 } from './utf8-order.ts';

/** The items of one partition key, found by sort key and walked in its order. */
export class MemoryPartition {
  readonly #items = new Map<string, Item>();
  readonly #sortKeys: string[] = [];

  get size(): number {
    return this.#sortKeys.length;
  }

  get(sk: string): Item | undefined {
    return this.#items.get(sk);
  }

  set(item: Item): void {
    if (!this.#items.has(item.sk)) this.#sortKeys.splice(this.indexFrom(item.sk), 0, item.sk);
    this.#items.set(item.sk, item);
  }

  delete(sk: string): void {
    if (this.#items.delete(sk)) this.#sortKeys.splice(this.indexFrom(sk), 1);
  }

  at(index: number): Item | undefined {
    const sk = this.#sortKeys[index];
    return sk === undefined ? undefined : this.#items.get(sk);
  }

  *items(): Generator<Item> {
    for (const sk of this.#sortKeys) yield this.#items.get(sk) as Item;
  }

  /** The index of the first sort key that is not before `sk`. */
  indexFrom(sk: string): number {
    const keys = this.#sortKeys;
    let low = 0;
    let high = keys.length;
    const last = keys[high - 1];
    // Most writes come in order: ask the end first.
    if (last === undefined || compareUtf8(last, sk) < 0) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (compareUtf8(keys[middle] ?? '', sk) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** The index of the first sort key behind `sk`. */
  indexAfter(sk: string): number {
    const index = this.indexFrom(sk);
    return this.#sortKeys[index] === sk ? index + 1 : index;
  }
}
