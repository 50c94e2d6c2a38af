import { ENV, readConfig } from '../../shared/config.ts';
import type { Check, Found, Json, Templates } from './templates.ts';
import { all, faultsOf, first, lambda, lanes, remove, targetOf } from './templates.ts';

const FUNCTION = 'AWS::Lambda::Function';
const RULE = 'AWS::Events::Rule';
const ASYNC = 'AWS::Lambda::EventInvokeConfig';
const PERMISSION = 'AWS::Lambda::Permission';
const QUEUE_POLICY = 'AWS::SQS::QueuePolicy';
const LOG_GROUP = 'AWS::Logs::LogGroup';
const API_GATEWAY_SECONDS = 30;

const functions = ({ stateless }: Templates): Found[] => all(stateless, FUNCTION);
const variables = (templates: Templates, name: string): Json => lambda(templates, name).props.Environment.Variables;
const rule = ({ stateless }: Templates): Found => first(stateless, RULE);

/** What a value might be once it is deployed: a queue's URL for its reference, else the name of what it refers to. */
function deployed(templates: Templates, value: Json): string {
  if (typeof value === 'string') return value;
  const parts = value['Fn::Join']?.[1];
  if (parts) return parts.map((part: Json) => deployed(templates, part)).join('');
  const target = String(targetOf(value));
  return lanes(templates).some(({ id }) => id === target) ? `https://sqs.example/1/${target}` : target;
}

function configFaults(templates: Templates, { id, props }: Found): string[] {
  const { Variables } = props.Environment;
  const names = Object.keys(Variables).sort().join();
  if (names !== Object.values(ENV).sort().join()) return [`${id} has ${names}.`];
  const pairs = Object.entries(Variables).map(([name, value]) => [name, deployed(templates, value)]);
  const { stage } = templates;
  const config = readConfig({ ...Object.fromEntries(pairs), AWS_REGION: 'eu-west-1' });
  const tables = Object.entries(config.tables).every(([name, table]) => table.toLowerCase().includes(`tables${name}`));
  const isTrue =
    tables &&
    config.stage === stage.name &&
    config.sendQueueUrls.join() ===
      lanes(templates)
        .map((queue) => `https://sqs.example/1/${queue.id}`)
        .join() &&
    config.shards === stage.shards &&
    config.lookaheadMs === stage.lookaheadSeconds * 1000 &&
    config.retentionMs === stage.retentionDays * 86_400_000 &&
    config.allowHttp === stage.allowHttp &&
    config.allowTargets.join() === stage.allowTargets.join() &&
    config.targetPorts.join() === stage.targetPorts.join() &&
    config.logLevel === stage.logLevel;
  return isTrue ? [] : [`${id} would read ${JSON.stringify(config)}.`];
}

const dropEach = Object.values(ENV).map(
  (name) => [`without ${name}`, (templates: Templates) => delete variables(templates, 'Send')[name]] as const,
);

const mayInvoke = ({ stateless }: Templates, name: string, principal: string): boolean =>
  all(stateless, PERMISSION).some(
    ({ props }) => targetOf(props.FunctionName)?.startsWith(name) && props.Principal === principal && props.SourceArn,
  );

/** EventBridge has no role: the queue itself must let it in. */
const takesFromEvents = ({ stateless }: Templates, queueId: string): boolean =>
  all(stateless, QUEUE_POLICY)
    .filter(({ props }) => props.Queues.some((of: Json) => targetOf(of) === queueId))
    .flatMap(({ props }) => props.PolicyDocument.Statement)
    .some(
      ({ Effect, Action, Principal }) =>
        Effect === 'Allow' && Action === 'sqs:SendMessage' && Principal.Service === 'events.amazonaws.com',
    );

export const functionChecks: readonly Check[] = [
  {
    name: 'there are three functions, on arm64 and Node 24, that end before their caller gives up',
    faults: (templates) => {
      const faults = faultsOf(
        functions(templates),
        ({ props }) => props.Architectures?.join() === 'arm64' && props.Runtime === 'nodejs24.x',
      );
      if (functions(templates).length !== 3) faults.push('There are not three.');
      if (lambda(templates, 'Ingest').props.Timeout >= API_GATEWAY_SECONDS) faults.push('Ingest outlives its caller.');
      if (lambda(templates, 'Tick').props.Timeout >= 60) faults.push('A tick outlives its minute.');
      return faults;
    },
    broken: {
      x86: (templates) => delete lambda(templates, 'Send').props.Architectures,
      'an old runtime': (templates) => {
        lambda(templates, 'Tick').props.Runtime = 'nodejs20.x';
      },
      'a slow ingest': (templates) => {
        lambda(templates, 'Ingest').props.Timeout = 30;
      },
      'a slow tick': (templates) => {
        lambda(templates, 'Tick').props.Timeout = 60;
      },
    },
  },
  {
    name: 'every function finds exactly the variables that readConfig takes, and they mean what the stage says',
    faults: (templates) => functions(templates).flatMap((found) => configFaults(templates, found)),
    broken: {
      ...Object.fromEntries(dropEach),
      'a variable more': (templates) => {
        variables(templates, 'Tick').MERIDIAN_SHARD = '16';
      },
      'tables swapped': (templates) => {
        const env = variables(templates, 'Send');
        [env[ENV.keysTable], env[ENV.controlTable]] = [env[ENV.controlTable], env[ENV.keysTable]];
      },
      'a lane left out': (templates) => variables(templates, 'Tick')[ENV.sendQueueUrls]['Fn::Join'][1].splice(0, 2),
      'other shards in one function': (templates) => {
        variables(templates, 'Send')[ENV.shards] = '8';
      },
    },
  },
  {
    name: 'F01 the tick is called every minute',
    faults: (templates) =>
      faultsOf(
        all(templates.stateless, RULE),
        ({ props }) =>
          props.State === 'ENABLED' &&
          props.ScheduleExpression === 'rate(1 minute)' &&
          targetOf(props.Targets?.[0]?.Arn) === lambda(templates, 'Tick').id &&
          mayInvoke(templates, 'Tick', 'events.amazonaws.com'),
      ),
    broken: {
      'no rule': (templates) => remove(templates.stateless, rule(templates)),
      'a rule switched off': (templates) => {
        rule(templates).props.State = 'DISABLED';
      },
      'every five minutes': (templates) => {
        rule(templates).props.ScheduleExpression = 'rate(5 minutes)';
      },
      'no target': (templates) => delete rule(templates).props.Targets,
      'no permission': ({ stateless }) => remove(stateless, first(stateless, PERMISSION, 'MinuteTick')),
    },
  },
  {
    name: 'F04 a tick that cannot run within its minute is left to the next one, and seen',
    faults: (templates) => {
      const deadLetters = first(templates.stateless, 'AWS::SQS::Queue', 'MinuteTickDeadLetters').id;
      const [target] = rule(templates).props.Targets;
      return faultsOf(
        all(templates.stateless, ASYNC),
        ({ props }) =>
          takesFromEvents(templates, deadLetters) &&
          targetOf(props.FunctionName) === lambda(templates, 'Tick').id &&
          props.MaximumEventAgeInSeconds === 60 &&
          props.MaximumRetryAttempts === 0 &&
          targetOf(props.DestinationConfig?.OnFailure?.Destination) === deadLetters &&
          target.RetryPolicy?.MaximumEventAgeInSeconds === 60 &&
          targetOf(target.DeadLetterConfig?.Arn) === deadLetters,
      );
    },
    broken: {
      'six hours of retries by Lambda': ({ stateless }) => remove(stateless, first(stateless, ASYNC)),
      'no destination': ({ stateless }) => delete first(stateless, ASYNC).props.DestinationConfig,
      'a day of retries by EventBridge': (templates) => delete rule(templates).props.Targets[0].RetryPolicy,
      'a queue that EventBridge may not use': ({ stateless }) =>
        first(stateless, QUEUE_POLICY, 'MinuteTickDeadLetters').props.PolicyDocument.Statement.pop(),
      'no dead letters of the rule': (templates) => delete rule(templates).props.Targets[0].DeadLetterConfig,
    },
  },
  {
    name: 'senders never starve the tick, where the account has concurrency to reserve',
    faults: (templates) =>
      faultsOf(functions(templates), ({ id, props }) => {
        const reserve = id.startsWith('Tick') ? templates.stage.tickReserve : undefined;
        return props.ReservedConcurrentExecutions === reserve && (reserve ?? 1) >= 1 && (reserve ?? 1) <= 2;
      }),
    broken: {
      'no reserve': (templates) => delete lambda(templates, 'Tick').props.ReservedConcurrentExecutions,
      'a throttled sender': (templates) => {
        lambda(templates, 'Send').props.ReservedConcurrentExecutions = 1;
      },
    },
  },
  {
    name: 'send may feed the queue that calls it, and nothing else may run in circles',
    faults: (templates) =>
      faultsOf(
        functions(templates),
        ({ id, props }) => props.RecursiveLoop === (id.startsWith('Send') ? 'Allow' : 'Terminate'),
      ),
    broken: {
      'sixteen rounds only': (templates) => delete lambda(templates, 'Send').props.RecursiveLoop,
      'a tick in circles': (templates) => {
        lambda(templates, 'Tick').props.RecursiveLoop = 'Allow';
      },
    },
  },
  {
    name: 'every function logs to a group of its own, and every group forgets',
    faults: (templates) => {
      const groups = functions(templates).map(({ props }) => targetOf(props.LoggingConfig?.LogGroup));
      const { logDays } = templates.stage;
      const faults = faultsOf(all(templates.stateless, LOG_GROUP), ({ props }) => props.RetentionInDays === logDays);
      if (new Set(groups).size !== 3 || groups.includes(undefined)) faults.push('Two functions share a log group.');
      return faults;
    },
    broken: {
      'logs kept for ever': ({ stateless }) => delete first(stateless, LOG_GROUP, 'Send').props.RetentionInDays,
      'the default group': (templates) => delete lambda(templates, 'Send').props.LoggingConfig,
    },
  },
];
