/** A binary heap: `peek` and `pop` give the item of the smallest `rank`; equal ranks come in no given order. */
export type Heap<T> = {
  readonly size: number;
  peek(): T | undefined;
  pop(): T | undefined;
  push(item: T): void;
  /** All items, in no given order. */
  items(): readonly T[];
};

/** A class, as a herd has a heap for each of a thousand units: a closure for each method takes 1.2 kB a heap. */
class BinaryHeap<T> implements Heap<T> {
  readonly #heap: T[] = [];
  readonly #rank: (item: T) => number;

  constructor(rank: (item: T) => number) {
    this.#rank = rank;
  }

  get size(): number {
    return this.#heap.length;
  }

  peek(): T | undefined {
    return this.#heap[0];
  }

  items(): readonly T[] {
    return this.#heap;
  }

  push(item: T): void {
    this.#heap.push(item);
    for (let at = this.#heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (this.#rankAt(parent) <= this.#rankAt(at)) break;
      this.#swap(at, parent);
      at = parent;
    }
  }

  pop(): T | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) {
      this.#heap[0] = last;
      this.#sink();
    }
    return top;
  }

  #rankAt(index: number): number {
    return this.#rank(this.#heap[index] as T);
  }

  #swap(a: number, b: number): void {
    const held = this.#heap[a] as T;
    this.#heap[a] = this.#heap[b] as T;
    this.#heap[b] = held;
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= this.#heap.length) return;
      const child = left + 1 < this.#heap.length && this.#rankAt(left + 1) < this.#rankAt(left) ? left + 1 : left;
      if (this.#rankAt(at) <= this.#rankAt(child)) return;
      this.#swap(at, child);
      at = child;
    }
  }
}

export const makeHeap = <T>(rank: (item: T) => number): Heap<T> => new BinaryHeap(rank);
