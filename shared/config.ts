import * as v from 'valibot';
import { isAllowable, isPort, isUrl, listOf, pattern, type SourceRoute, sourceRoutes } from './config-forms.ts';
import type { TableName } from './ports/item-store.ts';

/** The names of the environment variables; the deployment sets exactly these. */
export const ENV = {
  stage: 'MERIDIAN_STAGE',
  segmentsTable: 'MERIDIAN_SEGMENTS_TABLE',
  keysTable: 'MERIDIAN_KEYS_TABLE',
  controlTable: 'MERIDIAN_CONTROL_TABLE',
  sendQueueUrls: 'MERIDIAN_SEND_QUEUE_URLS',
  processQueueUrls: 'MERIDIAN_PROCESS_QUEUE_URLS',
  outcomeBus: 'MERIDIAN_OUTCOME_BUS',
  shards: 'MERIDIAN_SHARDS',
  lookaheadSeconds: 'MERIDIAN_LOOKAHEAD_SECONDS',
  retentionDays: 'MERIDIAN_RETENTION_DAYS',
  allowHttp: 'MERIDIAN_ALLOW_HTTP',
  allowTargets: 'MERIDIAN_ALLOW_TARGETS',
  targetPorts: 'MERIDIAN_TARGET_PORTS',
  logLevel: 'MERIDIAN_LOG_LEVEL',
} as const;

/** Of the authorizer, which is deployed where callers have API keys. */
export const AUTHORIZER_ENV = { apiKeys: 'MERIDIAN_API_KEYS' } as const;

/** Of the function that event sources feed, which is deployed where there are any. */
export const SOURCES_ENV = { sources: 'MERIDIAN_SOURCES' } as const;

/** Lambda takes 4 KB of variables. */
export const MAX_API_KEYS = 30;

/** The SHA-256 of each key, in hex, by the name of who has it. */
export type ApiKeys = Readonly<Record<string, string>>;

/** Where CloudWatch keeps our metrics: totals by stage, and what is known by target once more by stage and target. */
export const METRICS = {
  namespace: 'Meridian',
  dimensions: { stage: 'stage', target: 'target' },
  lateness: 'latenessMs',
} as const;

/** Variables of the platform: Lambda sets the region, a developer the endpoints (as every AWS SDK reads them). */
const PLATFORM = { region: 'AWS_REGION', endpoint: 'AWS_ENDPOINT_URL' } as const;

/** For one service each; it wins over the endpoint for all. */
export const ENDPOINT_ENV = {
  dynamodb: 'AWS_ENDPOINT_URL_DYNAMODB',
  sqs: 'AWS_ENDPOINT_URL_SQS',
  sns: 'AWS_ENDPOINT_URL_SNS',
  eventbridge: 'AWS_ENDPOINT_URL_EVENTBRIDGE',
  lambda: 'AWS_ENDPOINT_URL_LAMBDA',
} as const;

export type Service = keyof typeof ENDPOINT_ENV;

/** Where services are that are not AWS's own. */
export type Endpoints = Readonly<Partial<Record<Service, string>>>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export type LogLevel = (typeof LOG_LEVELS)[number];

/** Everything that differs from one deployment to the next. */
export type Config = {
  readonly stage: string;
  readonly region: string;
  readonly tables: Readonly<Record<TableName, string>>;
  /** The lanes: hints of one segment always take the same one. */
  readonly sendQueueUrls: readonly [string, ...string[]];
  /** The lanes of process functions; none where there are no process functions. */
  readonly processQueueUrls: readonly string[];
  /** The name of the event bus that is told of messages that ended and were not sent; nobody is where left out. */
  readonly outcomeBus?: string | undefined;
  /** Segments per bucket. */
  readonly shards: number;
  readonly lookaheadMs: number;
  /** How long items are kept after they were due before the store may collect them. */
  readonly retentionMs: number;
  /** Targets may be plain `http:`. */
  readonly allowHttp: boolean;
  /** Hosts, addresses or CIDR blocks that targets may name although they are not public. */
  readonly allowTargets: readonly string[];
  /** The ports that public targets may have. */
  readonly targetPorts: readonly number[];
  readonly logLevel: LogLevel;
  readonly endpoints: Endpoints;
  /** A service without an endpoint is nowhere, as on a laptop, instead of where AWS has it. */
  readonly endpointsOnly: boolean;
};

/** A setting is missing or cannot be used; the message names every such variable. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Bounds of the numeric settings, inclusive; the deployment's settings are held to them too. */
export const BOUNDS = {
  /** Every tick probes every shard of every open bucket. */
  shards: { min: 1, max: 1024 },
  /** SQS delays a hint by at most 900 s, and a hint waits for up to one bucket longer than the look-ahead. */
  lookaheadSeconds: { min: 60, max: 840 },
  retentionDays: { min: 1, max: 3650 },
} as const;

/** The values that hold where a variable is not set. */
export const DEFAULTS = { shards: 16, lookaheadSeconds: 300, retentionDays: 14 } as const;

const MS_PER_SECOND = 1000;
const MS_PER_DAY = 86_400_000;
const MAX_SHOWN_CHARS = 100;

/**
 * Reads and checks the environment, once at cold start.
 *
 * A variable of ours that is not known here is left alone: Lambda changes code and settings in two steps, so during a
 * deployment old code sees new names. For the same reason a new setting needs a default.
 * Throws `ConfigError`.
 */
export function readConfig(env: Environment = process.env): Config {
  return toConfig(read(SETTINGS, env));
}

/** The endpoints alone, for a process whose other settings do not come from the environment. Throws `ConfigError`. */
export function readEndpoints(env: Environment = process.env): Endpoints {
  return endpointsIn(read(ENDPOINTS, env));
}

function read<Schema extends typeof SETTINGS | typeof ENDPOINTS>(schema: Schema, env: Environment) {
  const set = Object.fromEntries(Object.keys(schema.entries).map((name) => [name, env[name]]));
  const parsed = v.safeParse(schema, set);
  if (parsed.success) return parsed.output;
  const faults = parsed.issues.map((issue) => fault(String(issue.path?.[0]?.key), issue));
  throw new ConfigError(`The environment is not usable. ${faults.join(' ')}`);
}

/** The API keys that let callers in: `name:hash`, separated by commas. Throws `ConfigError`. */
export function readApiKeys(env: Environment = process.env): ApiKeys {
  const name = AUTHORIZER_ENV.apiKeys;
  const entries = env[name]?.split(',') ?? [];
  if (entries.length > 0 && entries.every(isApiKeyEntry)) {
    return Object.fromEntries(entries.map((entry) => entry.split(':')));
  }
  throw new ConfigError(
    `The environment is not usable. ${name} takes one or more of name:sha256, separated by commas.`,
  );
}

/** Which process takes what an event source brings: a JSON list. Throws `ConfigError`. */
export function readSources(env: Environment = process.env): readonly SourceRoute[] {
  const name = SOURCES_ENV.sources;
  const parsed = v.safeParse(sourceRoutes, env[name]);
  if (parsed.success) return parsed.output;
  throw new ConfigError(
    `The environment is not usable. ${name} takes a JSON list of {arn, topic, process, input}, each source once.`,
  );
}

/** True for a name (letters, digits, `_` and `-`, at most 64), a colon and a SHA-256 in hex. */
export function isApiKeyEntry(text: string): boolean {
  return /^[\w-]{1,64}:[0-9a-f]{64}$/.test(text);
}

function toConfig(set: v.InferOutput<typeof SETTINGS>): Config {
  return {
    stage: set[ENV.stage],
    region: set[PLATFORM.region],
    tables: { segments: set[ENV.segmentsTable], keys: set[ENV.keysTable], control: set[ENV.controlTable] },
    sendQueueUrls: set[ENV.sendQueueUrls] as [string, ...string[]],
    processQueueUrls: set[ENV.processQueueUrls],
    outcomeBus: set[ENV.outcomeBus] || undefined,
    shards: set[ENV.shards],
    lookaheadMs: set[ENV.lookaheadSeconds] * MS_PER_SECOND,
    retentionMs: set[ENV.retentionDays] * MS_PER_DAY,
    allowHttp: set[ENV.allowHttp],
    allowTargets: set[ENV.allowTargets],
    targetPorts: set[ENV.targetPorts],
    logLevel: set[ENV.logLevel],
    endpoints: endpointsIn(set),
    endpointsOnly: false,
  };
}

function endpointsIn(set: v.InferOutput<typeof ENDPOINTS>): Endpoints {
  const named = Object.entries(ENDPOINT_ENV).map(([service, name]) => [service, set[name] ?? set[PLATFORM.endpoint]]);
  return Object.fromEntries(named.filter(([, endpoint]) => endpoint !== undefined));
}

function fault(name: string, issue: { input: unknown; message: string }): string {
  if (typeof issue.input === 'undefined') return `${name} is not set; it takes ${issue.message}.`;
  return `${name} is ${JSON.stringify(issue.input).slice(0, MAX_SHOWN_CHARS)}; it takes ${issue.message}.`;
}

function wholeNumber(name: keyof typeof BOUNDS) {
  const { min, max } = BOUNDS[name];
  const takes = `a whole number from ${min} to ${max}`;
  const inBounds = (text: string) => Number(text) >= min && Number(text) <= max;
  const digits = v.pipe(pattern(/^\d{1,9}$/, takes), v.check(inBounds, takes), v.transform(Number));
  return v.optional(digits, String(DEFAULTS[name]));
}

const tableName = pattern(/^[\w.:/-]{3,1024}$/, 'the name or ARN of a DynamoDB table');
const anUrl = 'an http or https URL';
const endpoint = v.optional(v.pipe(v.string(anUrl), v.check(isUrl, anUrl)));
const someUrls = 'one or more distinct http or https URLs, separated by commas without blanks';
const somePorts = 'one or more distinct ports, separated by commas without blanks';
const hosts = 'distinct host names, IP addresses or CIDR blocks, separated by commas without blanks';

const ENDPOINTS = v.object({
  [PLATFORM.endpoint]: endpoint,
  ...v.entriesFromList(Object.values(ENDPOINT_ENV), endpoint),
});

const SETTINGS = v.object({
  ...ENDPOINTS.entries,
  [ENV.stage]: pattern(/^[a-z][a-z0-9-]{0,31}$/, 'lower-case letters, digits and hyphens, at most 32'),
  [ENV.segmentsTable]: tableName,
  [ENV.keysTable]: tableName,
  [ENV.controlTable]: tableName,
  [ENV.sendQueueUrls]: v.pipe(pattern(/./, someUrls), listOf(isUrl, someUrls)),
  [ENV.processQueueUrls]: v.optional(listOf(isUrl, someUrls), ''),
  [ENV.outcomeBus]: v.optional(pattern(/^[\w./-]{0,256}$/, 'the name of an event bus'), ''),
  [ENV.shards]: wholeNumber('shards'),
  [ENV.lookaheadSeconds]: wholeNumber('lookaheadSeconds'),
  [ENV.retentionDays]: wholeNumber('retentionDays'),
  [ENV.allowHttp]: v.pipe(
    v.optional(v.picklist(['true', 'false'], 'true or false'), 'false'),
    v.transform((text) => text === 'true'),
  ),
  [ENV.allowTargets]: v.optional(listOf(isAllowable, hosts), ''),
  [ENV.targetPorts]: v.optional(
    v.pipe(
      pattern(/./, somePorts),
      listOf(isPort, somePorts),
      v.transform((ports) => ports.map(Number)),
    ),
    '443',
  ),
  [ENV.logLevel]: v.optional(v.picklist(LOG_LEVELS, `one of ${LOG_LEVELS.join(', ')}`), 'info'),
  [PLATFORM.region]: pattern(/^[a-z0-9-]{1,32}$/, 'the name of an AWS region'),
});
