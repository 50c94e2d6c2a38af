import { allowedIn } from './allowed-actions.ts';
import type { Check, Found, Json, Templates } from './templates.ts';
import { all, faultsOf, first, targetOf } from './templates.ts';

const POLICY = 'AWS::IAM::Policy';
const ROLE = 'AWS::IAM::Role';

const list = (value: Json): Json[] => (Array.isArray(value) ? value : [value]);
const statements = ({ props }: Found): Json[] => list(props.PolicyDocument.Statement);
const policies = ({ stateless }: Templates): Found[] => all(stateless, POLICY);
const policy = ({ stateless }: Templates, role: string): Found => first(stateless, POLICY, `${role}Role`);

const RESOURCES =
  /Tables(?:Segments|Keys|Key|Control)|(?:Process)?LanesLane|Outcomes|MinuteTickDeadLetters|^\w+Log(?=[0-9A-F]{8}$)|^Tick(?=[0-9A-F]{8}$)/;

/** `Tables…Segments…`, `LanesLane2…` and so on to the names of the snapshot; anything else stays as it is. */
const resourceName = (value: Json): string => {
  const text = targetOf(value) ?? JSON.stringify(value);
  return RESOURCES.exec(text)?.[0] ?? text;
};

/** What is not of the deployment stands as a text; `source-checks.ts` looks at it. */
const isOfSources = ({ id }: Found, resource: Json): boolean =>
  id.startsWith('ProcessesSource') && typeof resource === 'string';

/** What a policy grants, in the form of the snapshot; every lane must have the same. */
function grantsOf(found: Found): Record<string, string> {
  const grants = new Map<string, Set<string>>();
  for (const { Effect, Action, Resource } of statements(found)) {
    if (Effect !== 'Allow') continue;
    for (const resource of list(Resource).filter((one) => !isOfSources(found, one))) {
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
  const roles = allowedIn(templates.stage);
  const faults = Object.entries(roles).flatMap(([role, allowed]) => {
    const found = policy(templates, role);
    const lanes = Object.keys(allowed).filter((name) => name.endsWith('LanesLane')).length * templates.stage.lanes;
    const isExact = sorted(grantsOf(found)) === sorted(allowed) && laneCount(found) === lanes;
    return isExact ? [] : [`${role} may do ${sorted(grantsOf(found))}.`];
  });
  const others = policies(templates).length - Object.keys(roles).length;
  return others === 0 ? faults : [...faults, `${others} more roles may do something.`];
}

/** A change for each statement of each role that takes it away; every one of them must be missed. */
export const withoutEach = (templates: Templates): readonly (readonly [string, (changed: Templates) => void])[] =>
  policies(templates).flatMap((found) =>
    statements(found).map(({ Action }, n) => {
      const change = ({ stateless }: Templates): void => {
        first(stateless, POLICY, found.id).props.PolicyDocument.Statement.splice(n, 1);
      };
      return [`${found.id}, ${n}: ${list(Action).join(' ')}`, change] as const;
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

export const grantCheck: Check = {
  name: 'P20 each role may do exactly what is in the snapshot, to exactly those resources',
  faults: grantFaults,
  broken: {
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
};

export const accessChecks: readonly Check[] = [
  grantCheck,
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
