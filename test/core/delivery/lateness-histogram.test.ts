import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  latenessPercentile,
  makeLatenessHistogram,
  recordLateness,
  sortedBuckets,
} from '../../../shared/core/delivery/lateness-histogram.ts';

const DAY_MS = 86_400_000;

const histogramOf = (values: readonly number[]) => {
  const histogram = makeLatenessHistogram();
  for (const value of values) recordLateness(histogram, value);
  return histogram;
};

describe('the lateness histogram', () => {
  it('keeps count, sum and extremes exact, also below zero', () => {
    const histogram = histogramOf([-3, 0, 7, 1234]);
    recordLateness(histogram, 50, 10);
    expect(histogram).toMatchObject({ count: 14, sum: 1738, min: -3, max: 1234 });
  });

  it('gives 0 where nothing was recorded', () => {
    expect(latenessPercentile(makeLatenessHistogram(), 0.99)).toBe(0);
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY])('leaves out a lateness of %s', (ms) => {
    expect(histogramOf([ms]).count).toBe(0);
  });

  it.each([0, -1, 1.5, Number.NaN])('leaves out %s messages', (n) => {
    const histogram = makeLatenessHistogram();
    recordLateness(histogram, 5, n);
    expect(histogram).toMatchObject({ count: 0, sum: 0 });
  });

  it('has percentiles that never flatter and are at most 1/16 above the exact ones (property)', () => {
    const values = fc.array(fc.integer({ min: 0, max: DAY_MS }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(values, fc.constantFrom(0, 0.5, 0.9, 0.99, 1), (lateness, p) => {
        const sorted = [...lateness].sort((a, b) => a - b);
        const exact = sorted[Math.max(0, Math.ceil(p * sorted.length) - 1)] as number;
        const found = latenessPercentile(histogramOf(lateness), p);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found).toBeLessThanOrEqual(exact < 32 ? exact : exact * (1 + 1 / 16));
      }),
    );
  });

  it('does not grow without bound', () => {
    const histogram = makeLatenessHistogram();
    for (let ms = 0; ms < DAY_MS; ms = Math.ceil(ms * 1.001) + 1) recordLateness(histogram, ms);
    expect(histogram.buckets.size).toBeLessThan(380);
    const counts = sortedBuckets(histogram).map(([, count]) => count);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(histogram.count);
  });
});
