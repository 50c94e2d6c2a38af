import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Config } from '../shared/config.ts';

export type FunctionName = 'ingest' | 'tick' | 'send';

export type TableName = keyof Config['tables'];

/** The operations of the store, each with the one action that it takes. */
export const ACTIONS = {
  get: 'dynamodb:GetItem',
  getMany: 'dynamodb:BatchGetItem',
  query: 'dynamodb:Query',
  put: 'dynamodb:PutItem',
  putMany: 'dynamodb:BatchWriteItem',
  add: 'dynamodb:UpdateItem',
  remove: 'dynamodb:DeleteItem',
} as const;

export type Operation = keyof typeof ACTIONS;

/**
 * What each function does to each table, and all it may do: a test runs the functions' use cases on a store that
 * refuses the rest. Besides, every function sends hints to the lanes.
 */
export const GRANTS: Readonly<Record<FunctionName, Readonly<Record<TableName, readonly Operation[]>>>> = {
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
    keys: ['get', 'getMany'],
    control: ['get', 'put', 'add'],
  },
};

type Grantable = { grant(grantee: IGrantable, ...actions: string[]): unknown };

/** Lets `grantee` do what its row of the table above says. */
export function grantTables(
  name: FunctionName,
  grantee: IGrantable,
  tables: Readonly<Record<TableName, Grantable>>,
): void {
  for (const table of ['segments', 'keys', 'control'] as const) {
    const actions = GRANTS[name][table].map((operation) => ACTIONS[operation]);
    if (actions.length > 0) tables[table].grant(grantee, ...actions);
  }
}
