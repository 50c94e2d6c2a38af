/**
 * How late messages were: counts per bucket of whole milliseconds, with the exact count, sum, least and greatest value.
 * Exact up to 31 ms; above, a bucket is at most 1/16 of its value wide and stands for its upper end, so percentiles
 * are never flattered. A day takes about 370 buckets, so the size is bounded.
 */
export type LatenessHistogram = {
  readonly buckets: Map<number, number>;
  count: number;
  sum: number;
  min: number;
  max: number;
};

const EXACT_BELOW = 32;
const BUCKETS_PER_DOUBLING = 16;

export const makeLatenessHistogram = (): LatenessHistogram => ({
  buckets: new Map(),
  count: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
});

/** Adds `n` messages that were `ms` late; leaves out what is no number. Early ones count in the bucket of 0. */
export const recordLateness = (histogram: LatenessHistogram, ms: number, n = 1): void => {
  if (!Number.isFinite(ms) || !Number.isSafeInteger(n) || n < 1) return;
  const bucket = bucketOf(ms);
  histogram.buckets.set(bucket, (histogram.buckets.get(bucket) ?? 0) + n);
  histogram.count += n;
  histogram.sum += ms * n;
  histogram.min = Math.min(histogram.min, ms);
  histogram.max = Math.max(histogram.max, ms);
};

/** The value that at least the share `p` (0 to 1) of the messages did not exceed; 0 where there are none. */
export const latenessPercentile = (histogram: LatenessHistogram, p: number): number => {
  let left = Math.max(1, Math.ceil(p * histogram.count));
  for (const [bucket, count] of sortedBuckets(histogram)) {
    left -= count;
    if (left <= 0) return Math.min(bucket, histogram.max);
  }
  return 0;
};

/** Buckets from the lowest value up. */
export const sortedBuckets = (histogram: LatenessHistogram): readonly (readonly [value: number, count: number])[] =>
  [...histogram.buckets].sort(([a], [b]) => a - b);

/** The value that stands for the bucket of `ms`: itself or, above 31, the greatest whole millisecond in it. */
const bucketOf = (ms: number): number => {
  const whole = Math.max(0, Math.ceil(ms));
  if (whole < EXACT_BELOW) return whole;
  const width = 2 ** Math.floor(Math.log2(whole)) / BUCKETS_PER_DOUBLING;
  return Math.floor(whole / width) * width + width - 1;
};
