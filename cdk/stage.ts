import type { LogLevel } from '../shared/config.ts';
import { DEFAULTS } from '../shared/config.ts';
import type { TargetArns } from './grants.ts';
import type { ProcessSource } from './process-source.ts';

/**
 * Who may call the API.
 * - `iam`: holders of AWS credentials with `execute-api:Invoke`, who sign their calls. Costs nothing.
 * - `jwt`: holders of a token of this issuer, made for one of these audiences; API Gateway checks it. Costs nothing.
 * - `apiKeys`: whoever sends one of these keys as `x-api-key`. Given are the SHA-256 of each key in hex
 *   (`printf %s "$KEY" | sha256sum`) by the name that the access log shows, so the template holds no key; a key should be
 *   random (`openssl rand -hex 32`). One more function, called once in five minutes for each key.
 * - `none`: everyone who knows the address; refused where data is kept.
 */
export type Authorization =
  | 'iam'
  | 'none'
  | { readonly jwt: { readonly issuer: string; readonly audiences: readonly string[] } }
  | { readonly apiKeys: Readonly<Record<string, string>> };

/**
 * What differs from one deployment to the next. Prices are those of us-east-1 in November 2026; what names none costs nothing
 * by itself.
 */
export type StageSettings = {
  /** Part of the names of the stacks, and the `stage` of every metric. */
  readonly name: string;
  /** The tables outlive the stack and cannot be deleted by mistake; without it they go with the stack. */
  readonly keepData: boolean;
  /** Tables can be restored to any second of the last 35 days. $0.20 per GB and month. */
  readonly pointInTimeRecovery: boolean;
  /**
   * Tables are encrypted with a KMS key of yours, which you can disable, instead of one of DynamoDB's. $1 a month, and
   * $0.03 per 10,000 requests; DynamoDB makes about one for each table, caller and five minutes.
   */
  readonly customerKey: boolean;
  /**
   * What the tables of segments and keys take from their first second on. Without it a new table takes 4,000 write and
   * 12,000 read units a second and doubles within half an hour. Billed once, for what is above that; it never goes down.
   */
  readonly warmThroughput?: { readonly readUnits: number; readonly writeUnits: number };
  readonly auth: Authorization;
  /** Beyond this, API Gateway answers 429. Calls cost $1 per million. */
  readonly requests: { readonly perSecond: number; readonly burst: number };
  /** Segments per minute. Each costs a tick about two reads a minute, $0.02 a month; one takes 1,000 writes a second. */
  readonly shards: number;
  /** How long before its minute a segment is closed: so long may ticks fail unnoticed. It costs nothing. */
  readonly lookaheadSeconds: number;
  /** How long items are kept after they were due, for questions about them. Storage costs $0.25 per GB and month. */
  readonly retentionDays: number;
  /** Targets may be plain `http:`. */
  readonly allowHttp: boolean;
  /** Targets that may be called although they are not public: host names, addresses or CIDR blocks. */
  readonly allowTargets: readonly string[];
  /** The ports that public targets may have. */
  readonly targetPorts: readonly number[];
  /** The queues, topics, event buses and functions of AWS that targets may name; webhooks need no mention. */
  readonly targets: TargetArns;
  /** Queues between tick and send. SQS adds at most 300 senders a minute to each. A queue that idles costs $0.30 a month. */
  readonly lanes: number;
  /**
   * The most senders at work for one lane, 2 to 1,000; together they must fit the account's quota of Lambda concurrency.
   * One that works for an hour without a break costs $0.09.
   */
  readonly sendersPerLane: number;
  /**
   * Concurrency that only the tick may use, so that a burst of senders never starves it; two let a new tick start while a
   * slow one ends. It costs nothing. A new account's quota of 10 refuses every reservation: leave it out there.
   */
  readonly tickReserve?: 1 | 2;
  /**
   * EventBridge Scheduler calls the tick too, so that neither service alone can stop it. About $1 a month with 64
   * shards: 43,200 ticks more, most of which find their work done.
   */
  readonly secondTrigger: boolean;
  /**
   * A module that exports process functions, without `await` at its top, as a path from where the command runs. Adds two
   * functions, as many lanes with as many workers as messages have, and a tick's work: about 50 reads a minute, $0.02 a month.
   */
  readonly processes?: string;
  /**
   * Queues, streams and topics that feed the process functions, besides HTTP. Adds one function for all of them; what each
   * kind costs stands beside it.
   */
  readonly sources?: readonly ProcessSource[];
  readonly logLevel: LogLevel;
  /** Logs cost $0.50 per GB to write and $0.03 per GB and month to keep. */
  readonly logDays: 7 | 30 | 90;
  /** A dashboard in CloudWatch. $3 a month; the first three of an account are free. */
  readonly dashboard: boolean;
  /** The SNS topic that alarms go to; without it they only change colour. */
  readonly alarmTopicArn?: string;
  /** Where `docs/operations.md` can be read; every alarm links to its section of it. */
  readonly runbook: string;
  /** Queues refuse what comes without TLS. Off for an emulator that speaks plain http only; refused where data is kept. */
  readonly requireTls: boolean;
};

const COMMON = {
  auth: 'iam',
  ...DEFAULTS,
  pointInTimeRecovery: true,
  customerKey: false,
  allowHttp: false,
  allowTargets: [],
  targetPorts: [443],
  targets: {},
  secondTrigger: true,
  logLevel: 'info',
  dashboard: true,
  runbook: 'docs/operations.md',
  requireTls: true,
} as const;

/** Where nothing else is said; whoever says nothing keeps their data. */
export const KEPT_STAGE = {
  ...COMMON,
  keepData: true,
  requests: { perSecond: 1000, burst: 2000 },
  lanes: 1,
  sendersPerLane: 50,
  logDays: 30,
} as const satisfies Omit<StageSettings, 'name'>;

const STAGES: readonly StageSettings[] = [
  {
    ...COMMON,
    name: 'dev',
    keepData: false,
    requests: { perSecond: 100, burst: 200 },
    lanes: 1,
    sendersPerLane: 5,
    logDays: 7,
  },
  {
    ...COMMON,
    name: 'prod',
    keepData: true,
    requests: { perSecond: 2000, burst: 4000 },
    shards: 64,
    lanes: 4,
    sendersPerLane: 200,
    tickReserve: 2,
    logDays: 90,
  },
];

/** What the command line says: `-c stage=dev -c auth=none -c requireTls=false -c processes=./my-processes.ts`. */
export type StageChoice = {
  readonly stage?: string | undefined;
  readonly auth?: string | undefined;
  readonly requireTls?: string | undefined;
  readonly processes?: string | undefined;
};

/** The settings of the stage that was asked for; throws where there are none. */
export function chooseStage({ stage = 'dev', auth, requireTls, processes }: StageChoice): StageSettings {
  const found = STAGES.find(({ name }) => name === stage);
  if (!found) {
    const known = STAGES.map(({ name }) => name).join(', ');
    throw new Error(`There is no stage "${stage}"; choose one of ${known}, or add it to cdk/stage.ts.`);
  }
  if (auth !== undefined && auth !== 'iam' && auth !== 'none') {
    throw new Error(`auth is "${auth}"; it takes iam or none, and the others in cdk/stage.ts.`);
  }
  if (requireTls !== undefined && requireTls !== 'true' && requireTls !== 'false') {
    throw new Error(`requireTls is "${requireTls}"; it takes true or false.`);
  }
  return {
    ...found,
    ...(auth !== undefined && { auth }),
    ...(requireTls !== undefined && { requireTls: requireTls === 'true' }),
    ...(processes !== undefined && { processes }),
  };
}
