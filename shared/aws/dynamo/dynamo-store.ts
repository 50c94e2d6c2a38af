import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Clock } from '../../ports/clock.ts';
import { checkKey } from '../../ports/item-limits.ts';
import type { ItemStore, TableName } from '../../ports/item-store.ts';
import type { Access, OnCapacity } from './access.ts';
import { addCounts } from './add-counts.ts';
import { getMany } from './get-many.ts';
import { makeGetTogether } from './get-together.ts';
import { putItem } from './put-item.ts';
import { putMany } from './put-many.ts';
import { queryPage } from './query-page.ts';
import { removeItem } from './remove-item.ts';
import { makeTurns } from './turns.ts';

export type DynamoStoreOptions = {
  readonly client: DynamoDBClient;
  readonly tables: Readonly<Record<TableName, string>>;
  readonly clock: Clock;
  /** In [0, 1), for the waits between tries. */
  readonly random: () => number;
  /** How long a call is repeated before it fails; 5 s unless told. */
  readonly budgetMs?: number;
  /** Told what each call consumed; asking for it costs a little. */
  readonly onCapacity?: OnCapacity;
};

const BUDGET_MS = 5_000;

/** An {@link ItemStore} on DynamoDB: consistent reads, one conditional write a commit, no transactions, no indexes. */
export const makeDynamoStore = (options: DynamoStoreOptions): ItemStore => {
  const { client, tables, clock, random, budgetMs = BUDGET_MS, onCapacity } = options;
  const access: Access = { client, tables, backoff: { clock, random, budgetMs }, onCapacity };
  const get = makeGetTogether(access);
  const turn = makeTurns();
  return {
    get: async (key) => {
      checkKey(key);
      return get(key);
    },
    getMany: (keys) => getMany(access, keys),
    put: async (item, expect) => {
      await turn();
      return putItem(access, item, expect);
    },
    putMany: (items) => putMany(access, items),
    remove: async (key, expect) => removeItem(access, key, expect),
    query: (range) => queryPage(access, range),
    add: (key, counts) => addCounts(access, key, counts),
  };
};
