import { Duration } from 'aws-cdk-lib';
import type { MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRICS } from '../../shared/config.ts';
import type { MetricName } from '../../shared/ports/telemetry.ts';
import { isGauge } from '../../shared/ports/telemetry.ts';

const MINUTE = Duration.minutes(1);

/** A metric that the functions of a stage write, by the minute: the sum of a counter, the maximum of a gauge. */
export function stageMetric(stage: string, metricName: MetricName, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: { [METRICS.dimensions.stage]: stage },
    statistic: isGauge(metricName) ? Stats.MAXIMUM : Stats.SUM,
    period: MINUTE,
    ...options,
  });
}

/** How late messages were when they were sent the first time, in milliseconds; the 99th percentile by the minute. */
export function latenessMetric(stage: string, options: MetricOptions = {}): Metric {
  return new Metric({
    namespace: METRICS.namespace,
    metricName: METRICS.lateness,
    dimensionsMap: { [METRICS.dimensions.stage]: stage },
    statistic: Stats.percentile(99),
    period: MINUTE,
    ...options,
  });
}
