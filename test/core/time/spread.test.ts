import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hash32 } from '../../../shared/core/hash.ts';
import { spreadMs } from '../../../shared/core/time/spread.ts';
import { anyText } from '../any-text.ts';

const DAY = 86_400_000;

/** Chi-square of how often each of `bins` equal parts of the window was hit. */
const unevenness = (keys: readonly string[], windowMs: number, bins: number): number => {
  const counts = new Array<number>(bins).fill(0);
  for (const key of keys) {
    const bin = Math.floor((spreadMs(key, windowMs) * bins) / windowMs);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  const mean = keys.length / bins;
  return counts.reduce((sum, count) => sum + (count - mean) ** 2 / mean, 0);
};

const keys = Array.from({ length: 100_000 }, (_, i) => `user-${i}`);
/** For 99 degrees of freedom a chi-square above 149 comes once in a thousand; the keys are fixed. */
const LIMIT = 149;

describe('spreadMs', () => {
  it.each([
    ['driver-42', [53496, 113496, 63113496, 8011913496]],
    ['user-000000000000001', [16313, 856313, 35056313, 13340656313]],
    ['東京-9', [21773, 561773, 5961773, 28949961773]],
    ['a😀b', [5550, 725550, 86225550, 1727825550]],
    ['x'.repeat(1000), [22627, 382627, 65182627, 14407582627]],
  ])('puts %j where it always was', (key, places) => {
    expect([60_000, 900_000, DAY, 366 * DAY].map((windowMs) => spreadMs(key, windowMs))).toEqual(places);
  });

  it('stays inside the window, on whole milliseconds', () => {
    fc.assert(
      fc.property(anyText, fc.integer({ min: 1, max: 366 * DAY }), (key, windowMs) => {
        const ms = spreadMs(key, windowMs);
        return Number.isInteger(ms) && ms >= 0 && ms < windowMs;
      }),
    );
  });

  it.each([1_000, 60_000, 900_000, DAY, 60 * DAY, 366 * DAY])('is even over a window of %i ms', (windowMs) => {
    expect(unevenness(keys, windowMs, 100)).toBeLessThan(LIMIT);
  });

  it('is even within each shard', () => {
    for (let shard = 0; shard < 4; shard += 1) {
      const ofShard = keys.filter((key) => hash32(key) % 4 === shard);
      expect(unevenness(ofShard, 60_000, 100)).toBeLessThan(LIMIT);
    }
  });
});
