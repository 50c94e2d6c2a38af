import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Config } from '../shared/config.ts';

export type FunctionName = 'ingest' | 'tick' | 'send';

/** Where there are process functions: behind their queue, behind their routes, and behind their sources. */
export type ProcessFunctionName = 'process' | 'elements' | 'source';

export type TableName = keyof Config['tables'];

/** The operations of the store, each with the actions that it takes: items that are asked for at once are read together. */
export const ACTIONS = {
  get: ['dynamodb:GetItem', 'dynamodb:BatchGetItem'],
  getMany: ['dynamodb:BatchGetItem'],
  query: ['dynamodb:Query'],
  put: ['dynamodb:PutItem'],
  putMany: ['dynamodb:BatchWriteItem'],
  add: ['dynamodb:UpdateItem'],
  remove: ['dynamodb:DeleteItem'],
} as const;

export type Operation = keyof typeof ACTIONS;

/**
 * What each function does to each table, and all it may do: a test runs the functions' use cases on a store that
 * refuses the rest. Besides, every function sends hints to the lanes.
 */
export const GRANTS: Readonly<
  Record<FunctionName | ProcessFunctionName, Readonly<Record<TableName, readonly Operation[]>>>
> = {
  ingest: {
    segments: ['get', 'query', 'put', 'putMany'],
    keys: ['get', 'put'],
    control: ['get', 'query', 'put', 'add', 'remove'],
  },
  tick: {
    segments: ['query'],
    keys: [],
    control: ['get', 'query', 'put', 'remove'],
  },
  send: {
    segments: ['get', 'query', 'put', 'putMany'],
    keys: ['get', 'getMany', 'put'],
    control: ['get', 'getMany', 'put', 'add'],
  },
  process: {
    segments: ['get', 'query', 'put', 'putMany', 'remove'],
    keys: ['get', 'getMany', 'put'],
    control: ['get', 'put', 'add'],
  },
  elements: {
    segments: ['get', 'query', 'put', 'putMany'],
    keys: ['get', 'getMany', 'query', 'put'],
    control: ['get', 'query', 'put', 'add'],
  },
  source: {
    segments: ['get', 'query', 'put', 'putMany'],
    keys: ['get', 'getMany', 'put'],
    control: ['get', 'put', 'add'],
  },
};

/** What targets may name besides webhooks, as ARNs; send may do the one thing to each that its kind of target needs. */
export type TargetArns = {
  readonly queues?: readonly string[];
  readonly topics?: readonly string[];
  readonly eventBuses?: readonly string[];
  readonly functions?: readonly string[];
};

const TARGET_ACTIONS: Readonly<Record<keyof TargetArns, string>> = {
  queues: 'sqs:SendMessage',
  topics: 'sns:Publish',
  eventBuses: 'events:PutEvents',
  functions: 'lambda:InvokeFunction',
};

type Grantable = { grant(grantee: IGrantable, ...actions: string[]): unknown };

/** Lets `grantee` do what its row of the table above says. */
export function grantTables(
  name: FunctionName | ProcessFunctionName,
  grantee: IGrantable,
  tables: Readonly<Record<TableName, Grantable>> & { grantKey(grantee: IGrantable): void },
): void {
  for (const table of ['segments', 'keys', 'control'] as const) {
    const actions = new Set(GRANTS[name][table].flatMap((operation) => ACTIONS[operation]));
    if (actions.size > 0) tables[table].grant(grantee, ...actions);
  }
  tables.grantKey(grantee);
}

/** Lets `send` reach the targets of this deployment, and no others. */
export function grantTargets(send: IGrantable, targets: TargetArns): void {
  for (const kind of ['queues', 'topics', 'eventBuses', 'functions'] as const) {
    const resources = [...(targets[kind] ?? [])];
    if (resources.length === 0) continue;
    send.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: [TARGET_ACTIONS[kind]], resources }));
  }
}
