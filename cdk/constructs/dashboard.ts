import { Duration } from 'aws-cdk-lib';
import type { IMetric, IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import {
  Dashboard as CloudWatchDashboard,
  GraphWidget,
  MathExpression,
  SearchExpression,
  Stats,
  TextWidget,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS } from '../../shared/config.ts';
import type { MetricName } from '../../shared/ports/telemetry.ts';
import { costByService } from './cost.ts';
import { latenessMetric, stageMetric } from './metrics.ts';
import type { Parts } from './parts.ts';
import { workersOf } from './parts.ts';

const MINUTE = Duration.minutes(1);
const PERIOD = { period: MINUTE };
/** A third of the width of a dashboard. */
const WIDTH = 8;
const HEIGHT = 6;
const TABLES = ['segments', 'keys', 'control'] as const;

/** What an operator looks at first, in the order of the questions of docs/operations.md. $3 a month. */
export class Dashboard extends Construct {
  readonly dashboard: CloudWatchDashboard;

  constructor(scope: Construct, id: string, parts: Parts) {
    super(scope, id);
    this.dashboard = new CloudWatchDashboard(this, 'Dashboard', { defaultInterval: Duration.hours(3) });
    for (const row of rowsOf(parts)) this.dashboard.addWidgets(...row);
  }
}

function rowsOf(parts: Parts): IWidget[][] {
  const { stage } = parts;
  return [
    [heading(`Is everything on time? (${stage.name})`)],
    [latenessGraph(stage.name), dueGraph(stage.name), gapGraph(stage.name)],
    [heading('What goes in and out?')],
    [throughputGraph(stage.name), targetGraph(stage.name, 'sent'), targetGraph(stage.name, 'failed')],
    [heading('What did not arrive, or may have twice?')],
    [givenUpGraph(stage.name), targetGraph(stage.name, 'dead'), doubtGraph(stage.name)],
    [heading('Does it run?')],
    [throttleGraph(parts), failureGraph(parts), oddGraph(stage.name)],
    [heading('What does it cost? List prices of us-east-1 times usage, without storage')],
    costGraphs(parts),
  ];
}

const heading = (words: string): IWidget => new TextWidget({ markdown: `## ${words}`, width: 3 * WIDTH, height: 1 });

const graph = (title: string, left: IMetric[], unit: string): IWidget =>
  new GraphWidget({
    title,
    left,
    leftYAxis: { label: unit, showUnits: false, min: 0 },
    width: WIDTH,
    height: HEIGHT,
  });

const countsOf = (stage: string, labels: Partial<Record<MetricName, string>>): IMetric[] =>
  Object.entries(labels).map(([name, label]) => stageMetric(stage, name as MetricName, { label }));

function latenessGraph(stage: string): IWidget {
  const at = (statistic: string, label: string) => latenessMetric(stage, { statistic, label });
  const metrics = [50, 90, 99].map((p) => at(Stats.percentile(p), `p${p}`));
  return graph('Lateness of first attempts', [...metrics, at(Stats.MAXIMUM, 'max')], 'ms');
}

const dueGraph = (stage: string): IWidget =>
  graph(
    'Oldest due age, settled lag',
    countsOf(stage, { oldestDueAgeMs: 'oldest due age', settledLagMs: 'settled lag' }),
    'ms',
  );

const gapGraph = (stage: string): IWidget =>
  graph('Tick gap', countsOf(stage, { tickGapMs: 'time since the tick before' }), 'ms');

const throughputGraph = (stage: string): IWidget =>
  graph('Messages', countsOf(stage, { accepted: 'accepted', sent: 'sent', cancelled: 'cancelled' }), 'a minute');

const TARGET_TITLES = { sent: 'Sent by target', failed: 'Failed attempts by target', dead: 'Given up by target' };

/** One line for each target that there is. */
function targetGraph(stage: string, metric: keyof typeof TARGET_TITLES): IWidget {
  const { namespace, dimensions } = METRICS;
  const schema = `{${namespace},${dimensions.stage},${dimensions.target}}`;
  const expression = `SEARCH('${schema} ${dimensions.stage}="${stage}" MetricName="${metric}"', 'Sum', 60)`;
  return graph(TARGET_TITLES[metric], [new SearchExpression({ expression, label: '', ...PERIOD })], 'a minute');
}

const givenUpGraph = (stage: string): IWidget =>
  graph(
    'Given up: dead, expired, unknown',
    countsOf(stage, { dead: 'dead letters', expired: 'expired', unknown: 'unknown (at most once)' }),
    'a minute',
  );

const doubtGraph = (stage: string): IWidget =>
  graph(
    'Duplicates not ruled out',
    countsOf(stage, { uncertain: 'repeated after an unknown outcome', takenOver: 'units taken over' }),
    'a minute',
  );

function throttleGraph(parts: Parts): IWidget {
  const { stage, tables } = parts;
  const refused = workersOf(parts).map(({ name, lambda }) =>
    lambda.metricThrottles({ ...PERIOD, label: `${name} refused` }),
  );
  const throttled = TABLES.map((name) =>
    tables[name].metric('WriteThrottleEvents', { ...PERIOD, statistic: Stats.SUM, label: `writes to ${name} refused` }),
  );
  const repeated = countsOf(stage.name, { throttled: 'store calls repeated' });
  return graph('Throttles', [...repeated, ...refused, ...throttled], 'a minute');
}

function failureGraph(parts: Parts): IWidget {
  const { frontDoor, minuteTick, lanes, processFunctions } = parts;
  const failed = workersOf(parts).map(({ name, lambda }) =>
    lambda.metricErrors({ ...PERIOD, label: `${name} failed` }),
  );
  const ofProcesses = processFunctions && { 'hints of processes': processFunctions.lanes.deadLetters };
  const queues = { ticks: minuteTick.deadLetters, hints: lanes.deadLetters, ...ofProcesses };
  const kept = Object.entries(queues).map(([what, queue]) =>
    queue.metricApproximateNumberOfMessagesVisible({ ...PERIOD, label: `dead letters: ${what}` }),
  );
  const api = frontDoor.httpApi.metricServerError({ ...PERIOD, statistic: Stats.SUM, label: 'API answers 5xx' });
  return graph('Failures', [api, ...failed, ...kept], 'a minute');
}

const oddGraph = (stage: string): IWidget =>
  graph(
    'Should be nothing',
    countsOf(stage, {
      stale: 'pointers to nothing',
      quarantined: 'unreadable items',
      outcomesUnpublished: 'outcomes without an event',
      clockSkewMs: 'clock skew, ms',
    }),
    '',
  );

function costGraphs(parts: Parts): IWidget[] {
  const services = costByService(parts);
  const total = (prefix: string) => Object.fromEntries(services.map((cost, n) => [`${prefix}${n}`, cost]));
  const sum = (prefix: string) => services.map((_, n) => `${prefix}${n}`).join('+');
  const hour = { period: Duration.hours(1) };
  const perMillion = new MathExpression({
    expression: `1000000*(${sum('part')})/sent`,
    usingMetrics: { ...total('part'), sent: stageMetric(parts.stage.name, 'sent', hour) },
    label: 'for a million sent',
    ...hour,
  });
  const perMonth = new MathExpression({
    expression: `730*(${sum('share')})`,
    usingMetrics: total('share'),
    label: 'for a month like this hour',
    ...hour,
  });
  return [
    graph('Cost estimate by service', services, 'US$ an hour'),
    graph('Cost estimate for a month', [perMonth], 'US$'),
    graph('Cost estimate by message', [perMillion], 'US$'),
  ];
}
