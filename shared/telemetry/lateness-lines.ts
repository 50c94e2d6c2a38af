import { METRICS } from '../config.ts';
import type { LatenessHistogram } from '../core/delivery/lateness-histogram.ts';
import { sortedBuckets } from '../core/delivery/lateness-histogram.ts';
import type { EpochMs } from '../core/time/epoch.ts';

export type LineContext = { readonly stage: string; readonly service: string; readonly now: EpochMs };

/** CloudWatch refuses a line whose metric has more values. */
const MAX_VALUES = 100;

/**
 * The histogram as lines of CloudWatch's embedded metric format, values with their counts, so that percentiles are true
 * over all invocations. Powertools' Metrics knows single values only (a hundred a line, no counts): 10,000 messages
 * would take a hundred lines of it, and one or two of these.
 */
export function latenessLines(histogram: LatenessHistogram, context: LineContext): string[] {
  const buckets = sortedBuckets(histogram);
  const lines: string[] = [];
  for (let from = 0; from < buckets.length; from += MAX_VALUES) {
    const metric = statistics(buckets.slice(from, from + MAX_VALUES), histogram, {
      first: from === 0,
      last: from + MAX_VALUES >= buckets.length,
    });
    lines.push(JSON.stringify({ ...header(context), [METRICS.lateness]: metric }));
  }
  return lines;
}

/** Each line is a sample of its own to CloudWatch: its sum and extremes are those of its own buckets. */
function statistics(
  buckets: readonly (readonly [number, number])[],
  histogram: LatenessHistogram,
  part: { first: boolean; last: boolean },
) {
  const values = buckets.map(([value]) => value);
  const counts = buckets.map(([, count]) => count);
  return {
    Values: values,
    Counts: counts,
    Min: part.first ? histogram.min : values[0],
    Max: part.last ? histogram.max : values.at(-1),
    Count: counts.reduce((sum, count) => sum + count, 0),
    Sum: part.first && part.last ? histogram.sum : buckets.reduce((sum, [value, count]) => sum + value * count, 0),
  };
}

function header({ stage, service, now }: LineContext) {
  return {
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [
        {
          Namespace: METRICS.namespace,
          Dimensions: [[METRICS.dimensions.stage]],
          Metrics: [{ Name: METRICS.lateness, Unit: 'Milliseconds' }],
        },
      ],
    },
    [METRICS.dimensions.stage]: stage,
    service,
  };
}
