import type { LogLevel } from '../shared/config.ts';
import { BOUNDS, DEFAULTS } from '../shared/config.ts';

/** What differs from one deployment to the next. */
export type StageSettings = {
  /** Part of the names of the stacks. */
  readonly name: string;
  /** The tables outlive the stack and cannot be deleted by mistake; without it they go with the stack. */
  readonly keepData: boolean;
  /** Who may call the API: holders of AWS credentials with `execute-api:Invoke`, or everyone who knows its address. */
  readonly auth: 'iam' | 'none';
  /** Beyond this, API Gateway answers 429. */
  readonly requests: { readonly perSecond: number; readonly burst: number };
  /** Segments per minute. Each costs a tick one read a minute; one takes about 1,000 writes a second. */
  readonly shards: number;
  readonly lookaheadSeconds: number;
  /** Storage costs $0.25 per GB and month. */
  readonly retentionDays: number;
  readonly allowHttp: boolean;
  /** Targets that may be called although they are not public: host names, addresses or CIDR blocks. */
  readonly allowTargets: readonly string[];
  /** The ports that public targets may have. */
  readonly targetPorts: readonly number[];
  /** The queues that targets of kind `sqs` may name. */
  readonly targetQueueArns: readonly string[];
  /** Queues between tick and send. SQS adds at most 300 senders a minute to each. */
  readonly lanes: number;
  /** The most senders at work for one lane, 2 to 1,000; together they must fit the account's quota of Lambda concurrency. */
  readonly sendersPerLane: number;
  /**
   * Concurrency that only the tick may use, so that a burst of senders never starves it; two let a new tick start while a
   * slow one ends. A new account's quota of 10 refuses every reservation: leave it out there.
   */
  readonly tickReserve?: 1 | 2;
  readonly logLevel: LogLevel;
  readonly logDays: 7 | 30 | 90;
};

const COMMON = {
  auth: 'iam',
  ...DEFAULTS,
  allowHttp: false,
  allowTargets: [],
  targetPorts: [443],
  targetQueueArns: [],
  logLevel: 'info',
} as const;

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

export type StageChoice = { readonly stage?: string | undefined; readonly auth?: string | undefined };

/** The settings of the stage that was asked for on the command line (`-c stage=dev -c auth=none`); throws where there are none. */
export function chooseStage({ stage = 'dev', auth }: StageChoice): StageSettings {
  const found = STAGES.find(({ name }) => name === stage);
  if (!found) {
    const known = STAGES.map(({ name }) => name).join(', ');
    throw new Error(`There is no stage "${stage}"; choose one of ${known}, or add it to cdk/stage.ts.`);
  }
  if (auth === undefined) return checkStage(found);
  if (auth !== 'iam' && auth !== 'none') throw new Error(`auth is "${auth}"; it takes iam or none.`);
  return checkStage({ ...found, auth });
}

/** Gives the settings back, or throws a sentence about the first one that cannot be deployed. */
export function checkStage(stage: StageSettings): StageSettings {
  for (const name of ['shards', 'lookaheadSeconds', 'retentionDays'] as const) {
    checkWhole(`${name} of stage "${stage.name}"`, stage[name], BOUNDS[name]);
  }
  checkWhole(`lanes of stage "${stage.name}"`, stage.lanes, { min: 1, max: 20 });
  checkWhole(`sendersPerLane of stage "${stage.name}"`, stage.sendersPerLane, { min: 2, max: 1000 });
  if (stage.auth === 'none' && stage.keepData) {
    throw new Error(`Stage "${stage.name}" keeps its data, so its API takes auth iam only, not none.`);
  }
  return stage;
}

function checkWhole(what: string, value: number, { min, max }: { min: number; max: number }): void {
  if (Number.isInteger(value) && value >= min && value <= max) return;
  throw new Error(`${what} is ${value}; it takes a whole number from ${min} to ${max}.`);
}
