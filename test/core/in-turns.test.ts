import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inTurns } from '../../shared/core/in-turns.ts';

describe('inTurns', () => {
  it('does every job once, so many at a time, and keeps the order of results', async () => {
    const cases = fc.record({
      jobs: fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 }),
      most: fc.integer({ min: 1, max: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ jobs, most }) => {
        let underWay = 0;
        let peak = 0;
        const results = await inTurns([...jobs.entries()], most, async ([index, turns]) => {
          peak = Math.max(peak, ++underWay);
          for (let n = 0; n < turns; n++) await null;
          underWay -= 1;
          return index;
        });
        expect(results).toEqual(jobs.map((_, index) => index));
        expect(peak).toBe(Math.min(most, jobs.length));
      }),
    );
  });

  it('starts nothing after a failure and ends when nothing is under way', async () => {
    const started: number[] = [];
    const ended: number[] = [];
    const run = inTurns([0, 1, 2, 3, 4, 5, 6, 7], 3, async (job) => {
      started.push(job);
      await new Promise((resolve) => setTimeout(resolve, job === 1 ? 1 : 10));
      if (job === 1) throw new Error('no');
      ended.push(job);
    });
    await expect(run).rejects.toThrow('no');
    expect(started).toEqual([0, 1, 2]);
    expect(ended).toEqual([0, 2]);
  });

  it('throws what comes first in the order of the workers, and loses no rejection', async () => {
    const run = inTurns(['a', 'b'], 2, (job) => Promise.reject(new Error(job)));
    await expect(run).rejects.toThrow('a');
  });
});
