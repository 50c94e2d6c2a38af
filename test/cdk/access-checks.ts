import type { Check, Found, Json, Templates } from './templates.ts';
import { all, faultsOf, first, targetOf } from './templates.ts';

const POLICY = 'AWS::IAM::Policy';
const ROLE = 'AWS::IAM::Role';

const LOG = 'CreateLogStream PutLogEvents';
const HINT = 'SendMessage';
const WORK = 'ChangeMessageVisibility DeleteMessage GetQueueAttributes GetQueueUrl ReceiveMessage SendMessage';
const DECRYPT = 'kms:Decrypt kms:DescribeKey kms:Encrypt kms:GenerateDataKey kms:ReEncryptFrom kms:ReEncryptTo';

type Allowed = Readonly<Record<string, string>>;

/** All that each role may do, by what it may do it to; this is the snapshot that a review of a new grant changes. */
const ALLOWED: Readonly<Record<string, Allowed>> = {
  Ingest: {
    TablesSegments: 'BatchGetItem BatchWriteItem GetItem PutItem Query',
    TablesKeys: 'BatchGetItem GetItem PutItem',
    TablesControl: 'BatchGetItem DeleteItem GetItem PutItem Query UpdateItem',
    LanesLane: HINT,
    IngestLog: LOG,
  },
  Tick: {
    TablesSegments: 'Query',
    TablesControl: 'BatchGetItem DeleteItem GetItem PutItem Query',
    LanesLane: HINT,
    TickLog: LOG,
    MinuteTickDeadLetters: 'GetQueueAttributes GetQueueUrl SendMessage',
  },
  Send: {
    TablesSegments: 'BatchGetItem BatchWriteItem GetItem PutItem Query',
    TablesKeys: 'BatchGetItem GetItem',
    TablesControl: 'BatchGetItem GetItem PutItem UpdateItem',
    LanesLane: WORK,
    Outcomes: 'events:PutEvents',
    SendLog: LOG,
  },
};
/** Where the stage has a second trigger. */
const SCHEDULE: Allowed = { Tick: 'lambda:InvokeFunction', MinuteTickDeadLetters: 'SendMessage' };
/** Where the API takes API keys. */
const AUTHORIZE: Allowed = { FrontDoorAuthorizeLog: LOG };

/** So many statements each role of prod has: every one of them is taken away below. */
const STATEMENTS: Readonly<Record<string, number>> = { Ingest: 5, Tick: 5, Send: 6, MinuteTickSchedule: 2 };

const allowedIn = ({ stage }: Templates): Readonly<Record<string, Allowed>> => {
  const functions = Object.entries(ALLOWED).map(
    ([role, allowed]) => [role, stage.customerKey ? { ...allowed, TablesKey: DECRYPT } : allowed] as const,
  );
  return {
    ...Object.fromEntries(functions),
    ...(stage.secondTrigger && { MinuteTickSchedule: SCHEDULE }),
    ...(typeof stage.auth === 'object' && 'apiKeys' in stage.auth && { FrontDoorAuthorize: AUTHORIZE }),
  };
};

const list = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);
const statements = ({ props }: Found): Json[] => list(props.PolicyDocument.Statement);
const policies = ({ stateless }: Templates): Found[] => all(stateless, POLICY);
const policy = ({ stateless }: Templates, role: string): Found => first(stateless, POLICY, `${role}Role`);

const RESOURCES =
  /Tables(?:Segments|Keys|Key|Control)|LanesLane|Outcomes|MinuteTickDeadLetters|(?:Ingest|Tick|Send|FrontDoorAuthorize)Log|^Tick(?=[0-9A-F]{8}$)/;

/** `Tables…Segments…`, `LanesLane2…` and so on to the names in the table above; anything else stays as it is. */
const resourceName = (value: Json): string => {
  const text = targetOf(value) ?? JSON.stringify(value);
  return RESOURCES.exec(text)?.[0] ?? text;
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
  const roles = allowedIn(templates);
  const faults = Object.entries(roles).flatMap(([role, allowed]) => {
    const found = policy(templates, role);
    const lanes = allowed.LanesLane === undefined ? 0 : templates.stage.lanes;
    const isExact = sorted(grantsOf(found)) === sorted(allowed) && laneCount(found) === lanes;
    return isExact ? [] : [`${role} may do ${sorted(grantsOf(found))}.`];
  });
  const others = policies(templates).length - Object.keys(roles).length;
  return others === 0 ? faults : [...faults, `${others} more roles may do something.`];
}

/** Removes statement `n` of a role; every one of them must be missed. */
const removeEach = Object.entries(STATEMENTS).flatMap(([role, count]) =>
  Array.from({ length: count }, (_, n) => {
    const change = (templates: Templates) => policy(templates, role).props.PolicyDocument.Statement.splice(n, 1);
    return [`${role} without statement ${n}`, change] as const;
  }),
);

/** Lambda for functions, the scheduler for its own schedules of this account and no others. */
function isTrusted({ id, props }: Found): boolean {
  const [{ Principal, Condition }, ...more] = props.AssumeRolePolicyDocument.Statement;
  if (more.length > 0) return false;
  if (!id.startsWith('MinuteTickScheduleRole')) return Principal.Service === 'lambda.amazonaws.com';
  return (
    Principal.Service === 'scheduler.amazonaws.com' &&
    Condition?.StringEquals?.['aws:SourceAccount'] !== undefined &&
    targetOf(Condition?.ArnEquals?.['aws:SourceArn'])?.startsWith('MinuteTickSchedules') === true
  );
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
    name: 'P20 the key of the tables is used through DynamoDB only',
    faults: (templates) =>
      policies(templates).flatMap((found) =>
        statements(found)
          .filter(({ Action }) => list(Action).some((action) => action.startsWith('kms:')))
          .filter(({ Condition }) => Condition?.StringEquals?.['kms:ViaService'] === undefined)
          .map(() => `${found.id} may use the key for anything.`),
      ),
    broken: {
      'any service': (templates) =>
        statements(policy(templates, 'Send')).push({ Action: 'kms:Decrypt', Effect: 'Allow', Resource: 'key' }),
    },
  },
  {
    name: 'P20 no role has a wildcard, a managed policy or another principal than its service',
    faults: (templates) => [
      ...faultsOf(policies(templates), (found) => {
        const texts = statements(found).flatMap(({ Action, Resource }) => [...list(Action), ...list(Resource)]);
        return texts.every((text) => !JSON.stringify(text).includes('*'));
      }),
      ...faultsOf(
        all(templates.stateless, ROLE),
        (role) => !role.props.ManagedPolicyArns && !role.props.Policies && isTrusted(role),
      ),
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
      'schedules of another account': ({ stateless }) =>
        delete first(stateless, ROLE, 'MinuteTickSchedule').props.AssumeRolePolicyDocument.Statement[0].Condition,
    },
  },
  {
    name: 'the outputs name what scripts need, and the commands of a first message',
    faults: ({ stateless }) =>
      [
        'ApiUrl',
        'SegmentsTable',
        'KeysTable',
        'ControlTable',
        'SendQueueUrls',
        'OutcomeBus',
        'FirstTarget',
        'FirstMessage',
        'FirstAnswer',
      ].filter((name) => !stateless.Outputs[name]),
    broken: {
      'no address': ({ stateless }) => delete stateless.Outputs.ApiUrl,
      'no first message': ({ stateless }) => delete stateless.Outputs.FirstMessage,
    },
  },
];
