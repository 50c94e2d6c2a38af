import { createHash } from 'node:crypto';
import type { NewMessage } from '../core/message/new-message.ts';
import { Problem } from '../core/problem.ts';
import { endOf, minuteOf } from '../core/segment/bucket.ts';
import { partitionKey, tombstoneKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { plusMs } from '../core/time/epoch.ts';
import { StoreError } from '../ports/store-error.ts';
import { awaitFate } from './await-fate.ts';
import { bookCancel, tooLate } from './cancel-message.ts';
import type { Engine } from './engine.ts';
import type { StoredKey } from './find-message.ts';
import { readKey, viewOfRecord } from './find-message.ts';
import type { KeyedRecord } from './keyed-record.ts';
import { keyedItemKey, parseKeyedItem, referenceTo, toKeyedItem } from './keyed-record.ts';
import type { KeyedReceipt } from './message-desk.ts';
import { followTrail, isDetached } from './message-trail.ts';
import { isTerminal } from './message-view.ts';
import type { ReferenceWriter, StoredReference } from './reference-writer.ts';

/** The message that a PUT replaces: its record, and when its next attempt is due. */
type Replaced = { readonly old: KeyedRecord; readonly dueAt: EpochMs; readonly retrying: boolean };

/** What a PUT meets: no pending message, one that it replaces, or the very same one. */
type Situation =
  | { readonly kind: 'new' }
  | ({ readonly kind: 'replace' } & Replaced)
  | { readonly kind: 'duplicate'; readonly record: KeyedRecord };

const RACES = 20;

const contentHash = ({ payload, ...rest }: Omit<NewMessage, 'payload'> & { payload: string | Uint8Array }): string =>
  createHash('sha256').update(JSON.stringify(rest)).update(payload).digest('base64url');

/** Judges the present message of the key; its next attempt must be `cancelFence` away to be replaced (T5). */
const judge = async (engine: Engine, there: KeyedRecord | undefined, message: NewMessage): Promise<Situation> => {
  if (!there || there.cancelledAt !== undefined) return { kind: 'new' };
  const now = engine.clock.now();
  const { dueAt } = there.message;
  const same = contentHash({ ...there.message, payload: there.payload }) === contentHash(message);
  if (same && now < dueAt) return { kind: 'duplicate', record: there };
  if (dueAt - now >= engine.timing.cancelFenceMs) return { kind: 'replace', old: there, dueAt, retrying: false };
  const { view, trail } = await viewOfRecord(engine, there);
  if (isTerminal(view.state) || isDetached(trail.at(-1))) return { kind: 'new' };
  const next = view.nextAttemptAt ?? now;
  if (next - now < engine.timing.cancelFenceMs) throw tooLate();
  return { kind: 'replace', old: there, dueAt: next, retrying: view.state === 'retrying' };
};

type Commit = {
  readonly key: string;
  readonly token: string;
  readonly message: NewMessage;
  readonly reference: StoredReference;
  /** What the commit replaces: a damaged record too (F51). */
  readonly over: StoredKey | undefined;
};

const recordFor = (engine: Engine, { key, token, message, reference, over }: Commit): KeyedRecord => {
  const { payload, ...rest } = message;
  return {
    key,
    token,
    id: reference.id,
    address: reference.address,
    index: reference.index,
    committedAt: engine.clock.now(),
    message: rest,
    payload: new TextEncoder().encode(payload),
    version: (over?.version ?? 0) + 1,
  };
};

/**
 * Makes the message the truth of its key, if the key still is as it was judged. Refused once the reference is older
 * than `commitWithin`: by then a worker may have found it and taken it for one that was never committed. The put may
 * have waited on its way, so the time counts that it is when the put has ended.
 */
const commit = async (engine: Engine, change: Commit): Promise<KeyedRecord | undefined> => {
  const inTime = (): void => {
    if (engine.clock.now() <= change.reference.writtenAt + engine.timing.commitWithinMs) return;
    throw new Problem(503, 'TRY_AGAIN', 'Storing took too long; repeat the call.', { headers: { 'retry-after': '1' } });
  };
  inTime();
  const record = recordFor(engine, change);
  const stored = await engine.store.put(toKeyedItem(engine, record), change.over?.version ?? 'absent');
  const there = stored === 'stored' ? undefined : await engine.store.get(keyedItemKey(change.key));
  const held = stored === 'stored' ? record : there && parseKeyedItem(there);
  if (held?.token !== change.token) return undefined;
  inTime();
  return held;
};

/**
 * True where the old message was replaced: what was committed 2 s before its next attempt was seen at the fire.
 * Later than that only its unit knows; where it ended first, both are sent, as if the PUT had come after it.
 */
const wasReplaced = async (engine: Engine, { old, dueAt }: Replaced): Promise<boolean> => {
  if (engine.clock.now() <= dueAt - engine.timing.cancelFenceMs) return true;
  const fate = await awaitFate(engine, async () => (await followTrail(engine, old.address, old.index)).at(-1));
  return fate.kind === 'ended' ? fate.item.k === 'cancelled' : fate.kind === 'carried';
};

/**
 * Says of a reference that it was never committed, so that its unit does not take it for one that was replaced and
 * count it as accepted. Only the counts stand on it.
 */
const withdraw = async (engine: Engine, { address, id }: StoredReference): Promise<void> => {
  const key = { table: 'segments', pk: partitionKey(address.segment), sk: tombstoneKey(id) } as const;
  const expiresAt = Math.ceil(plusMs(endOf(address.segment.minute), engine.retentionMs) / 1000);
  try {
    await engine.store.put({ ...key, version: 1, expiresAt }, 'any');
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
  }
};

const receipt = (record: KeyedRecord, flags: { replaced: boolean; duplicate: boolean }): KeyedReceipt => ({
  view: {
    id: record.id,
    key: record.key,
    state: 'pending',
    target: record.message.target,
    dueAt: record.message.dueAt,
    attempts: 0,
    ...(record.message.zone ? { zone: record.message.zone } : {}),
  },
  ...flags,
});

const clampDue = (message: NewMessage, now: EpochMs): NewMessage =>
  message.dueAt >= now ? message : { ...message, dueAt: now, requestedAt: message.dueAt };

/**
 * Stores, moves or replaces the message of a key.
 *
 *   reference into the segment ─► commit of the key's item ─► hint ─► answer
 *   A crash between the first two leaves a reference that nothing agrees with; the old message stays in force.
 */
export const makePutKeyed = (engine: Engine, references: ReferenceWriter) => {
  const race = async (key: string, message: NewMessage, token: string): Promise<KeyedReceipt> => {
    let reference: StoredReference | undefined;
    let committed = false;
    try {
      for (let tries = 0; tries < RACES; tries += 1) {
        // Most keys are new: the first try finds out by its commit, so that a new one costs no read.
        const over = tries === 0 ? undefined : await readKey(engine, key);
        const situation = await judge(engine, over?.record, message);
        if (situation.kind === 'duplicate') return receipt(situation.record, { replaced: false, duplicate: true });
        reference ??= await references.write(referenceTo(key, token, message));
        const record = await commit(engine, { key, token, message, reference, over });
        if (!record) continue;
        committed = true;
        engine.ledgers.book(minuteOf(message.dueAt), { accepted: 1 });
        engine.telemetry.count('accepted', 1);
        const replaced = situation.kind === 'replace' && (await wasReplaced(engine, situation));
        if (replaced) bookCancel(engine, situation.dueAt, situation.retrying);
        return receipt(record, { replaced, duplicate: false });
      }
      throw new Problem(503, 'CONTENDED', 'Too many calls change this key at once; repeat the call.', {
        headers: { 'retry-after': '1' },
      });
    } finally {
      if (reference && !committed) await withdraw(engine, reference);
      await reference?.release();
    }
  };

  return (key: string, message: NewMessage): Promise<KeyedReceipt> =>
    race(key, clampDue(message, engine.clock.now()), engine.nonce());
};
