import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { waitBefore, withBackoff } from '../../shared/aws/backoff.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { makeFastClock } from '../support/fast-clock.ts';
import { makeRandom } from '../support/random.ts';

describe('waitBefore', () => {
  it('is a whole number of milliseconds up to a bound that doubles and ends', () => {
    const cases = fc.record({
      n: fc.integer({ min: 0, max: 100 }),
      random: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    });
    fc.assert(
      fc.property(cases, ({ n, random }) => {
        const wait = waitBefore(n, () => random);
        expect(Number.isInteger(wait)).toBe(true);
        expect(wait).toBeGreaterThanOrEqual(0);
        expect(wait).toBeLessThanOrEqual(Math.min(2000, 25 * 2 ** n));
      }),
    );
  });

  it('spreads callers that were turned away together', () => {
    const waits = Array.from({ length: 100 }, (_, seed) => waitBefore(5, makeRandom(seed)));
    expect(new Set(waits).size).toBeGreaterThan(80);
  });
});

describe('withBackoff', () => {
  const throttled = () => Promise.reject(new StoreError('THROTTLED', 'no'));

  it.each([0, 10, 500, 30_000])('waits no longer than a budget of %d ms altogether', async (budgetMs) => {
    const clock = makeFastClock();
    let tries = 0;
    const run = () => {
      tries += 1;
      return throttled();
    };
    const call = { name: 'Call', run, again: () => true };
    await expect(withBackoff({ clock, random: makeRandom(1), budgetMs }, call)).rejects.toThrow('no');
    expect(clock.waitedMs()).toBeLessThanOrEqual(budgetMs);
    expect(tries).toBe(clock.waitsMs.length + 1);
    if (budgetMs === 30_000) expect(tries).toBeGreaterThan(15);
  });

  it('makes a call once that may not be repeated', async () => {
    const clock = makeFastClock();
    const call = { name: 'Call', run: throttled, again: () => false };
    await expect(withBackoff({ clock, random: makeRandom(1), budgetMs: 1000 }, call)).rejects.toThrow('no');
    expect(clock.waitsMs).toEqual([]);
  });
});
