import { existsSync } from 'node:fs';
import { BOUNDS, isApiKeyEntry, MAX_API_KEYS, readConfig } from '../shared/config.ts';
import { environmentOf } from './constructs/environment.ts';
import { isArn, sourcesFault } from './process-source.ts';
import type { Authorization, StageSettings } from './stage.ts';

type Bounds = { readonly min: number; readonly max: number };

const LANES: Bounds = { min: 1, max: 20 };
const SENDERS: Bounds = { min: 2, max: 1000 };
/** The least is what a new table takes anyway; beyond 40,000 the account's quota must be raised first. */
const WARM_READS: Bounds = { min: 12_000, max: 1_000_000 };
const WARM_WRITES: Bounds = { min: 4_000, max: 1_000_000 };
const REQUESTS: Bounds = { min: 1, max: 1_000_000 };

/** Stand for those of a deployment, to see whether the functions would start with the settings. */
const ANY_NAMES = {
  segmentsTable: 'Segments',
  keysTable: 'Keys',
  controlTable: 'Control',
  sendQueueUrls: 'https://sqs.us-east-1.amazonaws.com/123456789012/lane',
  outcomeBus: 'Outcomes',
};

/** Gives the settings back, or throws a sentence about the first one that cannot be deployed. */
export function checkStage(stage: StageSettings): StageSettings {
  const { shards, lookaheadSeconds, retentionDays, requests, lanes, sendersPerLane, warmThroughput } = stage;
  const numbers: readonly (readonly [string, number, Bounds])[] = [
    ['shards', shards, BOUNDS.shards],
    ['lookaheadSeconds', lookaheadSeconds, BOUNDS.lookaheadSeconds],
    ['retentionDays', retentionDays, BOUNDS.retentionDays],
    ['requests.perSecond', requests.perSecond, REQUESTS],
    ['requests.burst', requests.burst, REQUESTS],
    ['lanes', lanes, LANES],
    ['sendersPerLane', sendersPerLane, SENDERS],
    ['warmThroughput.readUnits', warmThroughput?.readUnits ?? WARM_READS.min, WARM_READS],
    ['warmThroughput.writeUnits', warmThroughput?.writeUnits ?? WARM_WRITES.min, WARM_WRITES],
  ];
  for (const [name, value, bounds] of numbers) checkWhole(`${name} of stage "${stage.name}"`, value, bounds);
  const fault = authorizationFault(stage.auth) ?? openFault(stage) ?? arnFault(stage) ?? feedFault(stage);
  if (stage.processes !== undefined && !existsSync(stage.processes)) {
    throw new Error(`Stage "${stage.name}" has its processes in ${stage.processes}, where there is no file.`);
  }
  if (fault !== undefined) throw new Error(`Stage "${stage.name}" ${fault}.`);
  readConfig({ ...environmentOf(stage, ANY_NAMES), AWS_REGION: 'us-east-1' });
  return stage;
}

function checkWhole(what: string, value: number, { min, max }: Bounds): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new Error(`${what} is ${value}; it takes a whole number from ${min} to ${max}.`);
}

function authorizationFault(auth: Authorization): string | undefined {
  if (typeof auth === 'string') return undefined;
  if ('jwt' in auth) {
    const { issuer, audiences } = auth.jwt;
    if (!issuer.startsWith('https://') || !URL.canParse(issuer))
      return `has the issuer "${issuer}", which is no https URL`;
    return audiences.length > 0 ? undefined : 'takes tokens made for nobody: name an audience';
  }
  const keys = Object.entries(auth.apiKeys);
  if (keys.length === 0 || keys.length > MAX_API_KEYS)
    return `has ${keys.length} API keys; it takes 1 to ${MAX_API_KEYS}`;
  const wrong = keys.find((key) => !isApiKeyEntry(key.join(':')));
  if (wrong) return `has an API key "${wrong[0]}" that is no name (letters, digits, _ and -) with a SHA-256 in hex`;
  return undefined;
}

function openFault({ keepData, auth, requireTls }: StageSettings): string | undefined {
  if (keepData && auth === 'none') return 'keeps its data, so its API does not take auth none';
  if (keepData && !requireTls) return 'keeps its data, so its queues require TLS';
  return undefined;
}

const SERVICES = { queues: 'sqs', topics: 'sns', eventBuses: 'events', functions: 'lambda' } as const;

function arnFault({ targets, alarmTopicArn }: StageSettings): string | undefined {
  for (const kind of ['queues', 'topics', 'eventBuses', 'functions'] as const) {
    const wrong = targets[kind]?.find((arn) => !isArn(arn, SERVICES[kind]));
    if (wrong !== undefined) return `has "${wrong}" among targets.${kind}, which is no ARN of ${SERVICES[kind]}`;
  }
  if (alarmTopicArn === undefined || isArn(alarmTopicArn, 'sns')) return undefined;
  return `has the alarmTopicArn "${alarmTopicArn}", which is no ARN of sns`;
}

function feedFault({ processes, sources = [] }: StageSettings): string | undefined {
  if (sources.length > 0 && processes === undefined) return 'has sources, and no processes that they feed';
  return sourcesFault(sources);
}
