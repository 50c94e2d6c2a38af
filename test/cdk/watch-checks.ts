import { METRICS } from '../../shared/config.ts';
import type { MetricName } from '../../shared/ports/telemetry.ts';
import type { Check, Found, Json, Templates } from './templates.ts';
import { alarms, dashboardBody, faultsOf, first, remove, targetOf } from './templates.ts';

const DASHBOARD = 'AWS::CloudWatch::Dashboard';

/** What each alarm looks at: a metric of ours, or one of AWS's. */
const ALARMS: Readonly<Record<string, MetricName | 'latenessMs' | `AWS/${string}`>> = {
  SendDeadLetters: 'AWS/SQS ApproximateNumberOfMessagesVisible',
  SendErrors: 'AWS/Lambda Errors',
  TickDeadLetters: 'AWS/SQS ApproximateNumberOfMessagesVisible',
  TickErrors: 'AWS/Lambda Errors',
  TickGap: 'tickGapMs',
  TickTrigger: 'AWS/Lambda Invocations',
  SettledLag: 'settledLagMs',
  OldestDue: 'oldestDueAgeMs',
  Lateness: 'latenessMs',
  DeadMessages: 'dead',
  OutcomesUnpublished: 'outcomesUnpublished',
  StoreThrottles: 'throttled',
  Quarantine: 'quarantined',
  ClockSkew: 'clockSkewMs',
  ApiErrors: 'AWS/ApiGateway 5xx',
};

/** Where there are process functions; of their sources see `source-checks.ts`. */
const ALARMS_OF_PROCESSES: typeof ALARMS = {
  ProcessDeadLetters: 'AWS/SQS ApproximateNumberOfMessagesVisible',
  ProcessErrors: 'AWS/Lambda Errors',
  ElementsErrors: 'AWS/Lambda Errors',
};

/** What an alarm on a queue or a function looks at. */
const WATCHED: Readonly<Record<string, string>> = {
  SendDeadLetters: 'LanesDeadLetters',
  SendErrors: 'Send',
  TickDeadLetters: 'MinuteTickDeadLetters',
  TickErrors: 'Tick',
  TickTrigger: 'Tick',
  ProcessDeadLetters: 'ProcessLanesDeadLetters',
  ProcessErrors: 'ProcessesProcess',
  ElementsErrors: 'ProcessesElements',
};

/** Of those that look for something that should come again and again. */
const SILENCE_IS_BAD = ['TickGap', 'TickTrigger'];

/** What an operator asks of the dashboard, and the words that the answer has in it. */
const SHOWN: Readonly<Record<string, readonly string[]>> = {
  'lateness percentiles': ['"latenessMs"', '"stat":"p50"', '"stat":"p90"', '"stat":"p99"'],
  'the oldest due age': ['"oldestDueAgeMs"'],
  'the settled lag': ['"settledLagMs"'],
  throughput: ['"accepted"', '"sent"', '"cancelled"'],
  'outcomes by target': ['MetricName=\\"sent', 'MetricName=\\"failed', 'MetricName=\\"dead'],
  'dead letters': ['"dead"', '"ApproximateNumberOfMessagesVisible"'],
  'the tick gap': ['"tickGapMs"'],
  throttles: ['"throttled"', '"Throttles"', '"WriteThrottleEvents"'],
  'duplicates that are not ruled out': ['"unknown"', '"uncertain"', '"takenOver"'],
  'a cost estimate': ['DynamoDB', 'Lambda', 'SQS', 'API Gateway', 'Logs', 'for a million sent'],
};

const SHOWN_OF_PROCESSES: typeof SHOWN = {
  'failures of process functions': ['"process failed"', '"elements failed"', '"dead letters: hints of processes"'],
  'throttles of process functions': ['"process refused"', '"elements refused"'],
};
const SHOWN_OF_SOURCES: typeof SHOWN = { 'how sources fare': ['"source failed"', '"source refused"'] };

const nameOf = ({ id }: Found): string => id.replace(/^Alarms|.{8}$/g, '');

/** The resource that an alarm of AWS's own metrics is about: by its construct and a hash. */
function isOf(alarm: string, dimensions: Json): boolean {
  const watched = WATCHED[alarm];
  const [{ Value }] = dimensions ?? [{}];
  return watched === undefined ? Value !== undefined : targetOf(Value)?.replace(/[0-9A-F]{8}$/, '') === watched;
}

function alarmFaults(templates: Templates): string[] {
  const { stage } = templates;
  const found = new Map(alarms(templates).map((alarm) => [nameOf(alarm), alarm.props]));
  const wanted = { ...ALARMS, ...(stage.processes && ALARMS_OF_PROCESSES) };
  const expected = Object.entries(wanted).filter(([name]) => stage.secondTrigger || name !== 'TickTrigger');
  const missing = expected.filter(([name]) => !found.has(name)).map(([name]) => `${name} is missing.`);
  const dimensions = JSON.stringify([{ Name: METRICS.dimensions.stage, Value: stage.name }]);
  const blind = expected.filter(([name, looksAt]) => {
    const { Namespace, MetricName, Dimensions } = found.get(name) ?? {};
    if (looksAt.startsWith('AWS/')) return `${Namespace} ${MetricName}` !== looksAt || !isOf(name, Dimensions);
    return Namespace !== METRICS.namespace || MetricName !== looksAt || JSON.stringify(Dimensions) !== dimensions;
  });
  const silent = SILENCE_IS_BAD.filter((name) => found.has(name) && found.get(name)?.TreatMissingData !== 'breaching');
  return [
    ...missing,
    ...blind.map(([name]) => `${name} does not look at what it should.`),
    ...silent.map((name) => `${name} takes silence for good.`),
  ];
}

/** `TickGap` links to `#tick-gap`. */
const anchorOf = (name: string): string => name.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();

const changeMetric = (templates: Templates, change: (widget: Json) => void): void => {
  const { props } = first(templates.stateless, DASHBOARD);
  const body = dashboardBody(templates);
  change(body);
  props.DashboardBody = { 'Fn::Join': ['', [JSON.stringify(body)]] };
};

const dropWidget = (title: string) => (templates: Templates) =>
  changeMetric(templates, (body) => {
    body.widgets = body.widgets.filter(({ properties }: Json) => properties.title !== title);
  });

const DROPPED = ['Tick gap', 'Messages', 'Sent by target', 'Duplicates not ruled out', 'Cost estimate by message'];

export const watchChecks: readonly Check[] = [
  {
    name: 'P24 what must be looked at raises an alarm, on the metrics that the functions write',
    faults: alarmFaults,
    broken: {
      ...Object.fromEntries(
        Object.keys({ ...ALARMS, ...ALARMS_OF_PROCESSES }).map((name) => [
          name,
          ({ stateless }: Templates) => remove(stateless, first(stateless, 'AWS::CloudWatch::Alarm', `Alarms${name}`)),
        ]),
      ),
      'another namespace': (templates) => {
        first(templates.stateless, 'AWS::CloudWatch::Alarm', 'AlarmsTickGap').props.Namespace = 'Other';
      },
      'a dimension that nobody writes': (templates) => {
        first(templates.stateless, 'AWS::CloudWatch::Alarm', 'AlarmsSettledLag').props.Dimensions[0].Name = 'service';
      },
      'the dead letters of other lanes': ({ stateless }) => {
        const [send, process] = ['Send', 'Process'].map((name) =>
          first(stateless, 'AWS::CloudWatch::Alarm', `Alarms${name}DeadLetters`),
        );
        if (send && process) process.props.Dimensions = send.props.Dimensions;
      },
      'silence is fine': ({ stateless }) =>
        delete first(stateless, 'AWS::CloudWatch::Alarm', 'AlarmsTickGap').props.TreatMissingData,
    },
  },
  {
    name: 'P24 every alarm links to its section of the runbook, and goes where the stage says',
    faults: (templates) =>
      faultsOf(alarms(templates), (alarm) => {
        const { AlarmDescription, AlarmActions = [] } = alarm.props;
        const { runbook, alarmTopicArn } = templates.stage;
        const link = ` ${runbook}#${anchorOf(nameOf(alarm))}`;
        return AlarmDescription.endsWith(link) && AlarmActions.join() === (alarmTopicArn ?? '');
      }),
    broken: {
      'no link': ({ stateless }) => {
        first(stateless, 'AWS::CloudWatch::Alarm').props.AlarmDescription = 'It is late.';
      },
      'a topic that nobody named': ({ stateless }) => {
        first(stateless, 'AWS::CloudWatch::Alarm').props.AlarmActions = ['arn:aws:sns:eu-west-1:123456789012:other'];
      },
    },
  },
  {
    name: 'P24 the dashboard answers what an operator asks, where the stage has one',
    faults: (templates) => {
      if (!templates.stage.dashboard) return [];
      const text = JSON.stringify(dashboardBody(templates));
      const { processes, sources } = templates.stage;
      const shown = { ...SHOWN, ...(processes && SHOWN_OF_PROCESSES), ...(sources && SHOWN_OF_SOURCES) };
      return Object.entries(shown)
        .filter(([, words]) => words.some((word) => !text.includes(word)))
        .map(([question]) => `It does not show ${question}.`);
    },
    broken: {
      ...Object.fromEntries(DROPPED.map((title) => [`without "${title}"`, dropWidget(title)])),
      'no failures': dropWidget('Failures'),
      'no throttles': dropWidget('Throttles'),
      'no percentiles': (templates) =>
        changeMetric(templates, (body) => {
          for (const metric of body.widgets[1].properties.metrics) metric.at(-1).stat = 'Average';
        }),
    },
  },
];
