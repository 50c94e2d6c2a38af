import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, Metric, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { METRICS } from '../../shared/config.ts';

export type AlarmsProps = {
  readonly stage: string;
  readonly tick: IFunction;
  readonly tickDeadLetters: Queue;
  readonly sendDeadLetters: Queue;
};

type AlarmRule = {
  readonly metric: IMetric;
  readonly above: number;
  /** So many minutes in a row. */
  readonly minutes: number;
  readonly silenceIsBad?: boolean;
  readonly means: string;
};

const MINUTE = Duration.minutes(1);
const MINUTE_MS = 60_000;

/** What somebody should look at; each costs $0.10 a month. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    for (const [name, rule] of Object.entries(rulesFor(props))) this.add(name, rule);
  }

  private add(name: string, { metric, above, minutes, silenceIsBad = false, means }: AlarmRule): void {
    new Alarm(this, name, {
      metric,
      threshold: above,
      comparisonOperator: ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: minutes,
      treatMissingData: silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: means,
    });
  }
}

function rulesFor({ stage, tick, tickDeadLetters, sendDeadLetters }: AlarmsProps): Record<string, AlarmRule> {
  return {
    SendDeadLetters: {
      metric: waiting(sendDeadLetters),
      above: 0,
      minutes: 1,
      means: 'Hints failed again and again: the send function crashes on them or cannot read them.',
    },
    TickDeadLetters: {
      metric: waiting(tickDeadLetters),
      above: 0,
      minutes: 1,
      means: 'Ticks did not run or failed; the next one does their work.',
    },
    TickErrors: {
      metric: tick.metricErrors({ period: MINUTE }),
      above: 0,
      minutes: 3,
      means: 'Three ticks in a row failed; messages turn late when the look-ahead is used up.',
    },
    TickGap: {
      metric: gauge('tickGapMs', stage),
      above: 2.5 * MINUTE_MS,
      minutes: 3,
      silenceIsBad: true,
      means: 'Two ticks or more are missing; messages turn late when the look-ahead is used up.',
    },
    SettledLag: {
      metric: gauge('settledLagMs', stage),
      above: 10 * MINUTE_MS,
      minutes: 5,
      means: 'Messages that were due ten minutes ago are not finished.',
    },
  };
}

function waiting(queue: Queue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: Stats.MAXIMUM });
}

function gauge(metricName: string, stage: string): IMetric {
  return new Metric({
    namespace: METRICS.namespace,
    metricName,
    dimensionsMap: { [METRICS.dimensions.stage]: stage },
    statistic: Stats.MAXIMUM,
    period: MINUTE,
  });
}
