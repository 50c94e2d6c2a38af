import { ENV, readConfig, SOURCES_ENV } from '../../shared/config.ts';
import type { Check, Found, Json, Templates } from './templates.ts';
import { all, faultsOf, first, lambda, lanes, processLanes, remove, targetOf } from './templates.ts';

const FUNCTION = 'AWS::Lambda::Function';
const LOG_GROUP = 'AWS::Logs::LogGroup';
const API_GATEWAY_SECONDS = 30;

/** Those of the engine: the authorizer of API keys, where there is one, is none of them. */
const functions = ({ stateless }: Templates): Found[] =>
  all(stateless, FUNCTION).filter(({ id }) => !id.startsWith('FrontDoorAuthorize'));
const variables = (templates: Templates, name: string): Json => lambda(templates, name).props.Environment.Variables;

/** What a value might be once it is deployed: a queue's URL for its reference, else the name of what it refers to. */
function deployed(templates: Templates, value: Json): string {
  if (typeof value === 'string') return value;
  const parts = value['Fn::Join']?.[1];
  if (parts) return parts.map((part: Json) => deployed(templates, part)).join('');
  const target = String(targetOf(value));
  return [...lanes(templates), ...processLanes(templates)].some(({ id }) => id === target)
    ? `https://sqs.example/1/${target}`
    : target;
}

const urlsOf = (queues: readonly Found[]): string => queues.map(({ id }) => `https://sqs.example/1/${id}`).join();

function configFaults(templates: Templates, { id, props }: Found): string[] {
  const { Variables } = props.Environment;
  const names = Object.keys(Variables).sort().join();
  const own = id.startsWith('ProcessesSource') ? Object.values(SOURCES_ENV) : [];
  if (names !== [...Object.values(ENV), ...own].sort().join()) return [`${id} has ${names}.`];
  const pairs = Object.entries(Variables).map(([name, value]) => [name, deployed(templates, value)]);
  const { stage } = templates;
  const config = readConfig({ ...Object.fromEntries(pairs), AWS_REGION: 'eu-west-1' });
  const tables = Object.entries(config.tables).every(([name, table]) => table.toLowerCase().includes(`tables${name}`));
  const isTrue =
    tables &&
    config.stage === stage.name &&
    config.sendQueueUrls.join() === urlsOf(lanes(templates)) &&
    config.processQueueUrls.join() === urlsOf(processLanes(templates)) &&
    config.outcomeBus?.startsWith('Outcomes') === true &&
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

export const functionChecks: readonly Check[] = [
  {
    name: 'there is a function for each thing to do, on arm64 and Node 24, that end before their caller gives up',
    faults: (templates) => {
      const faults = faultsOf(
        all(templates.stateless, FUNCTION),
        ({ props }) => props.Architectures?.join() === 'arm64' && props.Runtime === 'nodejs24.x',
      );
      const names = functions(templates).map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
      const { processes, sources } = templates.stage;
      const expected = [
        ...['Ingest', 'Tick', 'Send'],
        ...(processes ? ['ProcessesProcess', 'ProcessesElements'] : []),
        ...(sources ? ['ProcessesSource'] : []),
      ];
      if (names.join() !== expected.join()) faults.push(`There are ${names.join()}.`);
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
      'no function of sources': (templates) => remove(templates.stateless, lambda(templates, 'ProcessesSource')),
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
    name: 'send and process may feed the queue that calls them, and nothing else may run in circles',
    faults: (templates) =>
      faultsOf(
        functions(templates),
        ({ id, props }) => props.RecursiveLoop === (/^(?:Send|ProcessesProcess)/.test(id) ? 'Allow' : 'Terminate'),
      ),
    broken: {
      'sixteen rounds only': (templates) => delete lambda(templates, 'Send').props.RecursiveLoop,
      'sixteen rounds of process': (templates) => delete lambda(templates, 'ProcessesProcess').props.RecursiveLoop,
      'a tick in circles': (templates) => {
        lambda(templates, 'Tick').props.RecursiveLoop = 'Allow';
      },
    },
  },
  {
    name: 'every function logs to a group of its own, and every group forgets',
    faults: (templates) => {
      const allFunctions = all(templates.stateless, FUNCTION);
      const groups = allFunctions.map(({ props }) => targetOf(props.LoggingConfig?.LogGroup));
      const { logDays } = templates.stage;
      const faults = faultsOf(all(templates.stateless, LOG_GROUP), ({ props }) => props.RetentionInDays === logDays);
      if (new Set(groups).size !== allFunctions.length || groups.includes(undefined))
        faults.push('Two functions share a log group.');
      return faults;
    },
    broken: {
      'logs kept for ever': ({ stateless }) => delete first(stateless, LOG_GROUP, 'Send').props.RetentionInDays,
      'the default group': (templates) => delete lambda(templates, 'Send').props.LoggingConfig,
    },
  },
];
