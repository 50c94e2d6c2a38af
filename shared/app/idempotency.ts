import { Problem } from '../core/problem.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { plusMs } from '../core/time/epoch.ts';
import type { Item, ItemKey } from '../ports/item-store.ts';
import { DamagedRecord } from './damaged-record.ts';
import type { Engine } from './engine.ts';
import { readSealed, sealJson } from './sealed-text.ts';

/** How long a call counts as running after it last said so. */
const RUNNING_MS = 60_000;

type IdempotencyRecord = {
  readonly state: 'running' | 'done';
  /** When the first call came; every retry resolves its due times against it. */
  readonly acceptedAt: EpochMs;
  /** How many shards the first call spread its entries over, and the lookahead that chose their lanes; those of before do not say so. */
  readonly shards?: number;
  readonly lookaheadMs?: number;
  readonly runningUntil: EpochMs;
  readonly bodyHash?: string;
  readonly nonce: string;
};

/** A claim on an idempotency key; `replayed` where an earlier call ended well. */
export type IdempotencyClaim = {
  readonly acceptedAt: EpochMs;
  /** Those of the first call: with others, after a deployment, a retry would store everything once more, elsewhere. */
  readonly shards: number;
  readonly lookaheadMs: number;
  readonly replayed: boolean;
  /** Says that the call is still running. */
  renew(): Promise<void>;
  finish(bodyHash: string): Promise<void>;
  /** Gives the key back: for any body where nothing was stored yet, else for a retry of this one. */
  abandon(stored: boolean): Promise<void>;
};

const keyOf = (key: string): ItemKey => ({ table: 'control', pk: `idempotency#${key}`, sk: '-' });

const reused = (): Problem =>
  new Problem(
    422,
    'IDEMPOTENCY_KEY_REUSED',
    'This Idempotency-Key came with another body before; use a new key for a new body.',
  );

const inProgress = (): Problem =>
  new Problem(
    409,
    'REQUEST_IN_PROGRESS',
    'A call with this Idempotency-Key is still running; repeat it when that has ended.',
    {
      headers: { 'retry-after': '1' },
    },
  );

const toItem = (engine: Engine, key: string, record: IdempotencyRecord, version: number): Item => ({
  ...keyOf(key),
  version,
  doc: sealJson(keyOf(key), record),
  expiresAt: Math.ceil((engine.clock.now() + engine.retentionMs) / 1000),
});

/** Throws `DamagedRecord`: to start anew could store again what the first call stored. */
const recordIn = (item: Item): IdempotencyRecord => {
  const record = readSealed<IdempotencyRecord>(item);
  if (record === undefined) throw new DamagedRecord(item);
  return record;
};

type Held = { readonly record: IdempotencyRecord; readonly version: number };

/** Takes the key where it is free, or where its call stopped saying that it runs. */
const acquire = async (engine: Engine, key: string, bodyHash: string | undefined): Promise<Held> => {
  const now = engine.clock.now();
  const first: IdempotencyRecord = {
    state: 'running',
    acceptedAt: now,
    shards: engine.shards,
    lookaheadMs: engine.timing.lookaheadMs,
    runningUntil: plusMs(now, RUNNING_MS),
    nonce: engine.nonce(),
    ...(bodyHash === undefined ? {} : { bodyHash }),
  };
  if ((await engine.store.put(toItem(engine, key, first, 1), 'absent')) === 'stored')
    return { record: first, version: 1 };
  const item = await engine.store.get(keyOf(key));
  if (!item) throw inProgress();
  const there = recordIn(item);
  if (there.nonce === first.nonce) return { record: there, version: item.version };
  if (bodyHash !== undefined && there.bodyHash !== undefined && there.bodyHash !== bodyHash) throw reused();
  if (there.state === 'done') return { record: there, version: item.version };
  if (there.runningUntil > now) throw inProgress();
  const taken = { ...there, runningUntil: first.runningUntil, nonce: first.nonce };
  const version = item.version + 1;
  if ((await engine.store.put(toItem(engine, key, taken, version), item.version)) === 'stored')
    return { record: taken, version };
  throw inProgress();
};

/** Claims an idempotency key for one call. Throws Problem 409 while another runs, 422 where its body differed. */
export const claimIdempotencyKey = async (
  engine: Engine,
  key: string,
  bodyHash?: string,
): Promise<IdempotencyClaim> => {
  let { record, version } = await acquire(engine, key, bodyHash);
  const replayed = record.state === 'done';
  const first = version === 1;

  const move = async (next: IdempotencyRecord): Promise<void> => {
    const stored = await engine.store.put(toItem(engine, key, next, version + 1), version);
    if (stored === 'conflict') {
      const there = await engine.store.get(keyOf(key));
      const mine = there && recordIn(there).nonce === next.nonce;
      if (!mine) throw inProgress();
      version = there.version;
    } else version += 1;
    record = next;
  };

  return {
    acceptedAt: record.acceptedAt,
    shards: record.shards ?? engine.shards,
    lookaheadMs: record.lookaheadMs ?? engine.timing.lookaheadMs,
    replayed,
    renew: async () => {
      const now = engine.clock.now();
      if (replayed || record.runningUntil - now > RUNNING_MS / 2) return;
      await move({ ...record, runningUntil: plusMs(now, RUNNING_MS) });
    },
    finish: async (hash) => {
      if (record.bodyHash !== undefined && record.bodyHash !== hash) throw reused();
      if (!replayed) await move({ ...record, state: 'done', bodyHash: hash });
    },
    abandon: async (stored) => {
      if (replayed) return;
      if (stored || !first) await move({ ...record, runningUntil: engine.clock.now() });
      else await engine.store.remove(keyOf(key), version);
    },
  };
};
