/** A binary heap: `peek` and `pop` give the item of the smallest `rank`; equal ranks come in no given order. */
export type Heap<T> = {
  readonly size: number;
  peek(): T | undefined;
  pop(): T | undefined;
  push(item: T): void;
  /** All items, in no given order. */
  items(): readonly T[];
};

export const makeHeap = <T>(rank: (item: T) => number): Heap<T> => {
  const heap: T[] = [];
  const rankAt = (index: number): number => rank(heap[index] as T);

  const swap = (a: number, b: number): void => {
    const held = heap[a] as T;
    heap[a] = heap[b] as T;
    heap[b] = held;
  };

  const push = (item: T): void => {
    heap.push(item);
    for (let at = heap.length - 1; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (rankAt(parent) <= rankAt(at)) break;
      swap(at, parent);
      at = parent;
    }
  };

  const sink = (): void => {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      if (left >= heap.length) return;
      const child = left + 1 < heap.length && rankAt(left + 1) < rankAt(left) ? left + 1 : left;
      if (rankAt(at) <= rankAt(child)) return;
      swap(at, child);
      at = child;
    }
  };

  const pop = (): T | undefined => {
    const top = heap[0];
    const last = heap.pop();
    if (last !== undefined && heap.length > 0) {
      heap[0] = last;
      sink();
    }
    return top;
  };

  return {
    get size() {
      return heap.length;
    },
    peek: () => heap[0],
    pop,
    push,
    items: () => heap,
  };
};
