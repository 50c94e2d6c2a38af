import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeHeap } from '../../shared/core/heap.ts';

/** A rank is pushed; `undefined` pops. */
const calls = fc.array(fc.option(fc.integer({ min: -20, max: 20 }), { nil: undefined }), { maxLength: 200 });

it('gives the smallest rank at every moment, whatever was pushed and popped before', () => {
  fc.assert(
    fc.property(calls, (all) => {
      const heap = makeHeap<{ rank: number }>(({ rank }) => rank);
      let model: number[] = [];
      for (const rank of all) {
        if (rank !== undefined) {
          heap.push({ rank });
          model.push(rank);
        } else expect(heap.pop()?.rank).toBe(model.shift());
        model = model.sort((a, b) => a - b);
        expect([heap.size, heap.peek()?.rank]).toEqual([model.length, model[0]]);
        expect(
          heap
            .items()
            .map((item) => item.rank)
            .sort((a, b) => a - b),
        ).toEqual(model);
      }
    }),
  );
});

it('an empty one has nothing to give', () => {
  const heap = makeHeap<number>((n) => n);
  expect([heap.peek(), heap.pop(), heap.size]).toEqual([undefined, undefined, 0]);
});
