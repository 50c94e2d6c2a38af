import { Duration } from 'aws-cdk-lib';
import type { IMetric } from 'aws-cdk-lib/aws-cloudwatch';
import { Alarm, ComparisonOperator, Stats, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { MetricName } from '../../shared/ports/telemetry.ts';
import type { StageSettings } from '../stage.ts';
import { latenessMetric, stageMetric } from './metrics.ts';
import type { Parts } from './parts.ts';

type AlarmRule = {
  readonly metric: IMetric;
  readonly above?: number;
  readonly below?: number;
  /** So many periods in a row. */
  readonly times: number;
  readonly silenceIsBad?: boolean;
  readonly means: string;
};

const MINUTE = Duration.minutes(1);
const FIVE_MINUTES = Duration.minutes(5);
const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
/** Two triggers make ten; one that comes a little late makes nine. */
const TICKS_IN_FIVE_MINUTES = 8;

/** What somebody should look at, each with the page that says what to do. $0.10 a month each. */
export class Alarms extends Construct {
  readonly alarms: readonly Alarm[];

  constructor(scope: Construct, id: string, parts: Parts) {
    super(scope, id);
    const { alarmTopicArn, runbook } = parts.stage;
    const rules = { ...hintRules(parts), ...tickRules(parts), ...messageRules(parts), ...processRules(parts) };
    this.alarms = Object.entries(rules).map(([name, rule]) => this.add(name, rule, runbook));
    if (alarmTopicArn === undefined) return;
    const action = new SnsAction(Topic.fromTopicArn(this, 'Topic', alarmTopicArn));
    for (const alarm of this.alarms) alarm.addAlarmAction(action);
  }

  private add(name: string, rule: AlarmRule, runbook: string): Alarm {
    return new Alarm(this, name, {
      metric: rule.metric,
      threshold: rule.above ?? rule.below ?? 0,
      comparisonOperator:
        rule.below === undefined ? ComparisonOperator.GREATER_THAN_THRESHOLD : ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods: rule.times,
      treatMissingData: rule.silenceIsBad ? TreatMissingData.BREACHING : TreatMissingData.NOT_BREACHING,
      alarmDescription: `${rule.means} ${runbook}#${anchorOf(name)}`,
    });
  }
}

/** `TickGap` has its section under `tick-gap`. */
const anchorOf = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

type Rules = Readonly<Record<string, AlarmRule>>;

function hintRules({ send, lanes }: Parts): Rules {
  return {
    SendDeadLetters: {
      metric: waiting(lanes.deadLetters),
      above: 0,
      times: 1,
      means: 'Hints failed again and again: the send function crashes on them or cannot read them.',
    },
    SendErrors: {
      metric: send.metricErrors({ period: MINUTE }),
      above: 0,
      times: 5,
      means: 'The send function crashes or runs into its timeout.',
    },
  };
}

function tickRules({ stage, tick, minuteTick }: Parts): Rules {
  const oneTrigger: AlarmRule = {
    metric: tick.metricInvocations({ period: FIVE_MINUTES }),
    below: TICKS_IN_FIVE_MINUTES,
    times: 3,
    silenceIsBad: true,
    means: 'One of the two triggers of the tick is silent; nothing is late as long as the other one works.',
  };
  return {
    TickDeadLetters: {
      metric: waiting(minuteTick.deadLetters),
      above: 0,
      times: 1,
      means: 'Ticks did not run or failed; the next one does their work.',
    },
    TickErrors: {
      metric: tick.metricErrors({ period: MINUTE }),
      above: 0,
      times: 3,
      means: 'Ticks fail minute by minute; messages turn late when the look-ahead is used up.',
    },
    TickGap: {
      metric: stageMetric(stage.name, 'tickGapMs'),
      above: 2.5 * MINUTE_MS,
      times: 3,
      silenceIsBad: true,
      means: 'Two ticks or more are missing; messages turn late when the look-ahead is used up.',
    },
    ...(stage.secondTrigger && { TickTrigger: oneTrigger }),
  };
}

function messageRules({ stage, frontDoor }: Parts): Rules {
  const own = (name: MetricName) => stageMetric(stage.name, name);
  return {
    SettledLag: {
      metric: own('settledLagMs'),
      above: 10 * MINUTE_MS,
      times: 5,
      means: 'Messages that were due ten minutes ago are not finished.',
    },
    OldestDue: {
      metric: own('oldestDueAgeMs'),
      above: 3 * MINUTE_MS,
      times: 3,
      means: 'A message has been due for minutes and is not finished.',
    },
    Lateness: {
      metric: latenessMetric(stage.name),
      above: 5 * SECOND_MS,
      times: 5,
      means: 'One message in a hundred goes out more than five seconds late.',
    },
    DeadMessages: {
      metric: own('dead'),
      above: 0,
      times: 1,
      means: 'Messages were given up after their last attempt.',
    },
    OutcomesUnpublished: {
      metric: own('outcomesUnpublished'),
      above: 0,
      times: 1,
      means: 'Messages ended without an event on the bus; dead letters are stored all the same.',
    },
    StoreThrottles: {
      metric: own('throttled'),
      above: 0,
      times: 5,
      means: 'DynamoDB refuses calls; they are repeated, and cost time.',
    },
    Quarantine: {
      metric: own('quarantined'),
      above: 0,
      times: 1,
      means: 'Something stored cannot be read, and its messages are not sent.',
    },
    ClockSkew: {
      metric: own('clockSkewMs'),
      above: 10 * SECOND_MS,
      times: 3,
      means: 'A clock of Lambda and that of DynamoDB disagree; at 30 seconds nothing is taken or sent.',
    },
    ApiErrors: {
      metric: frontDoor.httpApi.metricServerError({ period: MINUTE, statistic: Stats.SUM }),
      above: 0,
      times: 5,
      means: 'The API answers with 5xx.',
    },
  };
}

function processRules({ stage, processFunctions }: Parts): Rules {
  if (!processFunctions) return {};
  const { process, elements, source, lanes } = processFunctions;
  return {
    ProcessDeadLetters: {
      metric: waiting(lanes.deadLetters),
      above: 0,
      times: 1,
      means: 'Hints of process functions failed again and again: their function crashes on them or cannot read them.',
    },
    ProcessErrors: {
      metric: process.metricErrors({ period: MINUTE }),
      above: 0,
      times: 5,
      means: 'The function that runs what comes due of process functions crashes or runs into its timeout.',
    },
    ElementsErrors: {
      metric: elements.metricErrors({ period: MINUTE }),
      above: 0,
      times: 5,
      means: 'The function behind the routes of process functions crashes or runs into its timeout.',
    },
    ...(source && sourceRules(stage, source)),
  };
}

function sourceRules(stage: StageSettings, source: IFunction): Rules {
  const lag: AlarmRule = {
    metric: source.metric('IteratorAge', { period: MINUTE, statistic: Stats.MAXIMUM }),
    above: 5 * MINUTE_MS,
    times: 3,
    means: 'A shard of a stream that feeds process functions is minutes behind.',
  };
  return {
    SourceErrors: {
      metric: source.metricErrors({ period: MINUTE }),
      above: 0,
      times: 5,
      means: 'The function that sources feed crashes or runs into its timeout: what it was given comes again.',
    },
    ...(stage.sources?.some((one) => 'kinesis' in one) && { SourceLag: lag }),
  };
}

function waiting(queue: Queue): IMetric {
  return queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: Stats.MAXIMUM });
}
