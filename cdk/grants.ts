import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { Config } from '../shared/config.ts';

export type FunctionName = 'ingest' | 'tick' | 'send';

export type TableName = keyof Config['tables'];

type Action = 'GetItem' | 'BatchGetItem' | 'Query' | 'PutItem' | 'BatchWriteItem' | 'UpdateItem' | 'DeleteItem';

const READ = ['GetItem', 'BatchGetItem', 'Query'] as const satisfies Action[];
const WRITE = ['PutItem', 'UpdateItem', 'DeleteItem'] as const satisfies Action[];

/**
 * What each function may do to each table, and nothing else: one DynamoDB action per operation of `ItemStore`
 * (get, getMany, query, put, putMany, add, remove). Every function also sends hints to the lanes.
 */
export const TABLE_ACTIONS: Readonly<Record<FunctionName, Readonly<Record<TableName, readonly Action[]>>>> = {
  ingest: {
    segments: [...READ, ...WRITE, 'BatchWriteItem'],
    keys: [...READ, ...WRITE, 'BatchWriteItem'],
    control: [...READ, ...WRITE, 'BatchWriteItem'],
  },
  tick: {
    segments: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
    keys: [],
    control: ['GetItem', 'Query', 'PutItem', 'UpdateItem'],
  },
  send: {
    segments: [...READ, ...WRITE, 'BatchWriteItem'],
    keys: [...READ, ...WRITE],
    control: [...READ, ...WRITE, 'BatchWriteItem'],
  },
};

type Grants = { grant(grantee: IGrantable, ...actions: string[]): unknown };

/** Lets `grantee` do what its row of the table above says. */
export function grantTables(
  name: FunctionName,
  grantee: IGrantable,
  tables: Readonly<Record<TableName, Grants>>,
): void {
  for (const [table, actions] of Object.entries(TABLE_ACTIONS[name])) {
    const prefixed = actions.map((action) => `dynamodb:${action}`);
    if (prefixed.length > 0) tables[table as TableName].grant(grantee, ...prefixed);
  }
}
