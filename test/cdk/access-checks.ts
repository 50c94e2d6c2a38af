import { METRICS } from '../../shared/config.ts';
import type { MetricName } from '../../shared/ports/telemetry.ts';
import type { Check, Found, Json, Templates } from './templates.ts';
import { all, faultsOf, first, remove, targetOf } from './templates.ts';

const POLICY = 'AWS::IAM::Policy';
const ROLE = 'AWS::IAM::Role';
const ROUTE = 'AWS::ApiGatewayV2::Route';
const API_STAGE = 'AWS::ApiGatewayV2::Stage';
const ALARM = 'AWS::CloudWatch::Alarm';
const PERMISSION = 'AWS::Lambda::Permission';

const LOG = 'CreateLogStream PutLogEvents';
const HINT = 'SendMessage';
const WORK = 'ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage SendMessage';

/** All that each role may do, by what it may do it to. */
const ALLOWED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ingest: {
    TablesSegments: 'BatchWriteItem GetItem PutItem Query',
    TablesKeys: 'GetItem PutItem',
    TablesControl: 'DeleteItem GetItem PutItem Query UpdateItem',
    LanesLane: HINT,
    IngestLog: LOG,
  },
  Tick: {
    TablesSegments: 'Query',
    TablesControl: 'DeleteItem GetItem PutItem Query',
    LanesLane: HINT,
    TickLog: LOG,
    MinuteTickDeadLetters: 'GetQueueAttributes GetQueueUrl SendMessage',
  },
  Send: {
    TablesSegments: 'BatchWriteItem GetItem PutItem Query',
    TablesKeys: 'BatchGetItem GetItem',
    TablesControl: 'GetItem PutItem UpdateItem',
    LanesLane: WORK,
    SendLog: LOG,
  },
};

/** So many statements each role has: the test below takes every one of them away. */
const STATEMENTS: Readonly<Record<string, number>> = { Ingest: 5, Tick: 5, Send: 5 };

const list = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);
const statements = ({ props }: Found): Json[] => list(props.PolicyDocument.Statement);
const policies = ({ stateless }: Templates): Found[] => all(stateless, POLICY);
const policy = ({ stateless }: Templates, role: string): Found => first(stateless, POLICY, `${role}Role`);

/** `Tables…Segments…`, `LanesLane2…` and so on to the names in the table above; anything else stays as it is. */
const resourceName = (value: Json): string => {
  const text = targetOf(value) ?? JSON.stringify(value);
  return (
    /TablesSegments|TablesKeys|TablesControl|LanesLane|MinuteTickDeadLetters|(?:Ingest|Tick|Send)Log/.exec(text)?.[0] ??
    text
  );
};

/** What a policy grants, in the form of the table above; every lane must have the same. */
function grantsOf(found: Found): Record<string, string> {
  const grants = new Map<string, Set<string>>();
  for (const { Effect, Action, Resource } of statements(found)) {
    if (Effect !== 'Allow') continue;
    for (const resource of list(Resource)) {
      const name = resourceName(resource);
      const actions = list(Action).map((action) => action.replace(/^(dynamodb|sqs|logs):/, ''));
      grants.set(name, new Set([...(grants.get(name) ?? []), ...actions]));
    }
  }
  return Object.fromEntries([...grants].map(([name, actions]) => [name, [...actions].sort().join(' ')]));
}

const sorted = (record: Readonly<Record<string, string>>): string => JSON.stringify(Object.entries(record).sort());

const laneCount = (found: Found): number =>
  new Set(
    statements(found)
      .flatMap(({ Resource }) => list(Resource).map(targetOf))
      .filter((id) => id?.includes('LanesLane')),
  ).size;

function grantFaults(templates: Templates): string[] {
  return Object.entries(ALLOWED).flatMap(([role, allowed]) => {
    const found = policy(templates, role);
    const isExact = sorted(grantsOf(found)) === sorted(allowed) && laneCount(found) === templates.stage.lanes;
    return isExact && statements(found).length === STATEMENTS[role]
      ? []
      : [`${role} may do ${sorted(grantsOf(found))}.`];
  });
}

/** Removes statement `n` of a role; every one of them must be missed. */
const removeEach = Object.entries(STATEMENTS).flatMap(([role, count]) =>
  Array.from({ length: count }, (_, n) => {
    const change = (templates: Templates) => policy(templates, role).props.PolicyDocument.Statement.splice(n, 1);
    return [`${role} without statement ${n}`, change] as const;
  }),
);

const ALARMS = ['SendDeadLetters', 'TickDeadLetters', 'TickErrors', 'TickGap', 'SettledLag'];
const OWN_METRICS: Readonly<Record<string, MetricName>> = { TickGap: 'tickGapMs', SettledLag: 'settledLagMs' };

function alarmFaults({ stateless, stage }: Templates): string[] {
  const found = new Map(all(stateless, ALARM).map(({ id, props }) => [id.replace(/^Alarms|.{8}$/g, ''), props]));
  const missing = ALARMS.filter((name) => !found.has(name)).map((name) => `${name} is missing.`);
  const dimensions = JSON.stringify([{ Name: METRICS.dimensions.stage, Value: stage.name }]);
  const blind = Object.entries(OWN_METRICS).filter(([name, metric]) => {
    const props = found.get(name);
    const isSeen = props?.Namespace === METRICS.namespace && props.MetricName === metric;
    return !isSeen || JSON.stringify(props.Dimensions) !== dimensions;
  });
  const silent = found.get('TickGap')?.TreatMissingData === 'breaching' ? [] : ['A tick that is gone raises no alarm.'];
  return [...missing, ...silent, ...blind.map(([name]) => `${name} looks at no metric of ours.`)];
}

export const accessChecks: readonly Check[] = [
  {
    name: 'P20 each function may do exactly what is in the table, to exactly those resources',
    faults: grantFaults,
    broken: {
      ...Object.fromEntries(removeEach),
      'an action more': (templates) => statements(policy(templates, 'Tick'))[0].Action.push('dynamodb:DeleteTable'),
      'an action less': (templates) =>
        statements(policy(templates, 'Ingest'))
          .find(({ Action }) => list(Action).includes('dynamodb:Query'))
          .Action.pop(),
      'one lane forgotten': (templates) =>
        statements(policy(templates, 'Tick'))
          .find(({ Action }) => Action === 'sqs:SendMessage')
          .Resource.pop(),
    },
  },
  {
    name: 'P20 no role has a wildcard, a managed policy or another principal than Lambda',
    faults: (templates) => [
      ...faultsOf(policies(templates), (found) => {
        const texts = statements(found).flatMap(({ Action, Resource }) => [...list(Action), ...list(Resource)]);
        return texts.every((text) => !JSON.stringify(text).includes('*'));
      }),
      ...faultsOf(all(templates.stateless, ROLE), ({ props }) => {
        const [trust] = props.AssumeRolePolicyDocument.Statement;
        return !props.ManagedPolicyArns && !props.Policies && trust.Principal.Service === 'lambda.amazonaws.com';
      }),
    ],
    broken: {
      'a wildcard action': (templates) => statements(policy(templates, 'Send'))[0].Action.push('dynamodb:*'),
      'a wildcard resource': (templates) => {
        statements(policy(templates, 'Send'))[0].Resource = '*';
      },
      'a managed policy': ({ stateless }) => {
        first(stateless, ROLE, 'Send').props.ManagedPolicyArns = ['arn:aws:iam::aws:policy/PowerUserAccess'];
      },
      'another principal': ({ stateless }) => {
        first(stateless, ROLE).props.AssumeRolePolicyDocument.Statement[0].Principal = { AWS: '*' };
      },
    },
  },
  {
    name: 'H17 the API asks for AWS credentials unless the stage says otherwise, and bounds its rate',
    faults: ({ stateless, stage }) => [
      ...faultsOf(
        all(stateless, ROUTE),
        ({ props }) =>
          props.RouteKey === '$default' && props.AuthorizationType === (stage.auth === 'iam' ? 'AWS_IAM' : 'NONE'),
      ),
      ...faultsOf(all(stateless, API_STAGE), ({ props }) => {
        const { ThrottlingRateLimit, ThrottlingBurstLimit } = props.DefaultRouteSettings ?? {};
        return ThrottlingRateLimit === stage.requests.perSecond && ThrottlingBurstLimit === stage.requests.burst;
      }),
      ...faultsOf(all(stateless, PERMISSION), ({ props }) => props.SourceArn !== undefined),
    ],
    broken: {
      'an open route': ({ stateless }) => {
        first(stateless, ROUTE).props.AuthorizationType = 'NONE';
      },
      'no throttle': ({ stateless }) => delete first(stateless, API_STAGE).props.DefaultRouteSettings,
      'everyone may invoke': ({ stateless }) => delete first(stateless, PERMISSION).props.SourceArn,
    },
  },
  {
    name: 'P23 the access log has no path, query or header, which may hold a key',
    faults: ({ stateless }) =>
      faultsOf(all(stateless, API_STAGE), ({ props }) => {
        const format = props.AccessLogSettings?.Format ?? '';
        return (
          format.includes('$context.requestId') &&
          !/\$context\.(path|requestOverride|routeKey)|querystring|header/i.test(format)
        );
      }),
    broken: {
      'no access log': ({ stateless }) => delete first(stateless, API_STAGE).props.AccessLogSettings,
      'the path': ({ stateless }) => {
        first(stateless, API_STAGE).props.AccessLogSettings.Format += '$context.path';
      },
    },
  },
  {
    name: 'P24 what must be looked at raises an alarm, on the metrics that the functions write',
    faults: alarmFaults,
    broken: {
      ...Object.fromEntries(
        ALARMS.map((name) => [name, ({ stateless }) => remove(stateless, first(stateless, ALARM, `Alarms${name}`))]),
      ),
      'another namespace': ({ stateless }) => {
        first(stateless, ALARM, 'AlarmsTickGap').props.Namespace = 'Other';
      },
      'a dimension that nobody writes': ({ stateless }) => {
        first(stateless, ALARM, 'AlarmsSettledLag').props.Dimensions[0].Name = 'service';
      },
      'silence is fine': ({ stateless }) => delete first(stateless, ALARM, 'AlarmsTickGap').props.TreatMissingData,
    },
  },
  {
    name: 'the outputs name what scripts need',
    faults: ({ stateless }) =>
      ['ApiUrl', 'SegmentsTable', 'KeysTable', 'ControlTable', 'SendQueueUrls'].filter(
        (name) => !stateless.Outputs[name],
      ),
    broken: { 'no address': ({ stateless }) => delete stateless.Outputs.ApiUrl },
  },
];
