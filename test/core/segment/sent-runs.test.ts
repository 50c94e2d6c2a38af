import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromRuns } from '../../../shared/core/runs.ts';
import { addSent, inOrder, latenessOf, makeSentRuns } from '../../../shared/core/segment/sent-runs.ts';

/** Items in the order in which their sends were reported, few latenesses among them. */
const reported = fc.uniqueArray(fc.tuple(fc.nat({ max: 300 }), fc.nat({ max: 3 })), {
  selector: ([index]) => index,
  maxLength: 200,
});

const runsOf = (sent: readonly (readonly [number, number])[]) => {
  const runs = makeSentRuns();
  for (const [index, latenessMs] of sent) addSent(runs, index, latenessMs);
  return runs;
};

describe('the runs of sent items', () => {
  it('hold each item with its lateness, in whatever order it was reported, and no other', () => {
    fc.assert(
      fc.property(reported, (sent) => {
        const runs = inOrder(runsOf(sent));
        expect(fromRuns(runs.i)).toEqual(sent.map(([index]) => index).sort((a, b) => a - b));
        const latenesses = new Map(sent);
        for (let index = 0; index <= 301; index += 1) expect(latenessOf(runs, index)).toBe(latenesses.get(index));
      }),
    );
  });

  it('are no more than the gaps and the changes of lateness', () => {
    fc.assert(
      fc.property(reported, (sent) => {
        const sorted = [...sent].sort(([a], [b]) => a - b);
        const starts = sorted.filter(([index, late], n) => {
          const [before, lateBefore] = sorted[n - 1] ?? [];
          return before !== index - 1 || lateBefore !== late;
        });
        const { i, l } = inOrder(runsOf(sent));
        expect([i.length, l.length]).toEqual([2 * starts.length, starts.length]);
      }),
    );
  });

  it('are one for a herd that goes out within a millisecond', () => {
    expect(runsOf(Array.from({ length: 1_000 }, (_, index) => [index, 7]))).toEqual({ i: [0, 1_000], l: [7] });
  });

  it('are read in the form of earlier releases, a lateness for each item', () => {
    const older = { i: [0, 3, 7, 1, 9, 2], l: [5, 6, 7, 8, 9, 10] };
    const known = [0, 1, 2, 7, 9, 10];
    expect(known.map((index) => latenessOf(older, index))).toEqual(older.l);
    expect([3, 6, 8, 11].map((index) => latenessOf(older, index))).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('mean the same in both forms where no item follows another', () => {
    expect([2, 4, 6].map((index) => latenessOf({ i: [2, 1, 4, 1, 6, 1], l: [1, 2, 3] }, index))).toEqual([1, 2, 3]);
  });
});
