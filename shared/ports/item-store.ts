/** The three tables of DESIGN.md section 3. */
export type TableName = 'segments' | 'keys' | 'control';

export type ItemKey = { readonly table: TableName; readonly pk: string; readonly sk: string };

/**
 * One stored item. `doc` is JSON text, `body` packed bytes, `counts` numeric attributes that `add` moves;
 * `expiresAt` (seconds) lets the store collect it some day: readers never rely on that.
 */
export type Item = ItemKey & {
  readonly version: number;
  readonly doc?: string;
  readonly body?: Uint8Array;
  readonly counts?: Readonly<Record<string, number>>;
  readonly expiresAt?: number;
};

/** What must be true of the stored item for a write to happen: nothing, absence, or this exact version. */
export type Expect = 'any' | 'absent' | number;

/** A range of one partition in sort-key order; `after` continues a page. Bounds are inclusive. */
export type RangeQuery = {
  readonly table: TableName;
  readonly pk: string;
  readonly from: string;
  readonly to: string;
  readonly limit?: number;
  readonly reverse?: boolean;
  readonly after?: string;
  /** Leaves out `doc`, `body`, `counts` and `expiresAt`: less to carry, though DynamoDB bills the same. */
  readonly keysOnly?: boolean;
};

export type Page = { readonly items: readonly Item[]; readonly next?: string };

/**
 * Durable items with one conditional write per commit; every read is strongly consistent. Adapters: memory, DynamoDB.
 *
 * Faults are thrown as `StoreError`. A write whose answer was lost may have happened, and the client beneath may have
 * tried again by itself, so a `conflict` can be one's own write: callers put a nonce in the item and look.
 */
export interface ItemStore {
  get(key: ItemKey): Promise<Item | undefined>;
  /** Any number of keys; absent ones are left out, the order is free. */
  getMany(keys: readonly ItemKey[]): Promise<Item[]>;
  put(item: Item, expect: Expect): Promise<'stored' | 'conflict'>;
  /** Any number of items of any tables, unconditional; returns when all are stored, else throws. */
  putMany(items: readonly Item[]): Promise<void>;
  remove(key: ItemKey, expect: Expect): Promise<'removed' | 'conflict'>;
  /** One page, possibly empty although `next` is set. */
  query(range: RangeQuery): Promise<Page>;
  /** Adds to numeric attributes of an item, which it creates where absent. Not idempotent. */
  add(key: ItemKey, counts: Readonly<Record<string, number>>): Promise<void>;
}
