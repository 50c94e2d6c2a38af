import { createHash } from 'node:crypto';
import type { NewMessage } from '../core/message/new-message.ts';
import { Problem } from '../core/problem.ts';
import { endOf, minuteOf } from '../core/segment/bucket.ts';
import { partitionKey, tombstoneKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs, plusMs } from '../core/time/epoch.ts';
import { StoreError } from '../ports/store-error.ts';
import { awaitFate } from './await-fate.ts';
import { bookCancel, tooLate } from './cancel-message.ts';
import { clockIsOff, requireClock } from './clock-check.ts';
import type { Engine } from './engine.ts';
import { readKey, viewOfRecord } from './find-message.ts';
import type { KeyedRecord, KeyGuard, StoredKey } from './keyed-record.ts';
import { openGuard, referenceTo, refuses, toKeyedItem } from './keyed-record.ts';
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
  // What was read may have shown that the clock is wrong, by which nothing here can be judged (F36).
  await requireClock(engine);
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

/** So many replaced tokens are kept: more are not replaced while one PUT is under way, or hardly ever. */
const REPLACED_KEPT = 4;

/** The guard of a record that replaces another: what the other referred to is dead from then on (G1). */
const guardBehind = (engine: Engine, { reference, message, over }: Commit): KeyGuard => {
  const expiresAt = Math.ceil(plusMs(message.dueAt, engine.retentionMs) / 1000);
  if (!over) return openGuard(expiresAt);
  const { guard, record, damaged } = over;
  // The stamp of a damaged record is not known; this one's is later, but for a clock that is wrong.
  const stamp = damaged ? reference.writtenAt : (record?.writtenAt ?? 0);
  const replaced = record ? [...guard.replaced, record.token] : guard.replaced;
  return {
    ...guard,
    refusedThrough: epochMs(Math.max(guard.refusedThrough, stamp)),
    replaced: replaced.slice(-REPLACED_KEPT),
    more: guard.more || replaced.length > REPLACED_KEPT,
    expiresAt: Math.max(guard.expiresAt, expiresAt),
  };
};

const recordFor = (engine: Engine, change: Commit): KeyedRecord => {
  const { payload, ...rest } = change.message;
  const { id, address, index, writtenAt } = change.reference;
  return {
    key: change.key,
    token: change.token,
    id,
    address,
    index,
    writtenAt,
    message: rest,
    payload: new TextEncoder().encode(payload),
    guard: guardBehind(engine, change),
    version: (change.over?.version ?? 0) + 1,
  };
};

/** What a commit met: that it was made, be it that it was replaced already, or what is there instead. */
type Committed =
  | { readonly record: KeyedRecord }
  /** `open`: whether it was made before that cannot be told. */
  | { readonly there: StoredKey | undefined; readonly open: boolean };

/** Makes the message the truth of its key, if the key still is as it was judged. */
const commit = async (engine: Engine, change: Commit): Promise<Committed> => {
  const { token, reference, over } = change;
  const record = recordFor(engine, change);
  const stored = await engine.store.put(toKeyedItem(record), over?.version ?? 'absent');
  if (stored === 'stored') return { record };
  // The client beneath may have tried again by itself and met its own write, which another call replaced meanwhile.
  const there = await readKey(engine, change.key);
  if (!there) return { there, open: false };
  if (there.record?.token === token) return { record: there.record };
  const { replaced, more } = there.guard;
  if (replaced.includes(token)) return { record };
  const allKept = !more || there.version - (over?.version ?? 0) <= replaced.length + 1;
  return { there, open: refuses(there.guard, reference.writtenAt) && !allKept };
};

/**
 * True where the old message was replaced: what was committed 2 s before its next attempt was seen at the fire.
 * Later than that only its unit knows; where it ended first, both are sent, as if the PUT had come after it.
 */
const wasReplaced = async (engine: Engine, { old, dueAt }: Replaced): Promise<boolean> => {
  if (!clockIsOff(engine) && engine.clock.now() <= dueAt - engine.timing.cancelFenceMs) return true;
  const fate = await awaitFate(engine, async () => (await followTrail(engine, old.address, old.index)).at(-1));
  return fate.kind === 'ended' ? fate.item.k === 'cancelled' : fate.kind === 'carried';
};

/**
 * Says of a reference that it was never committed and never will be, so that its unit does not take it for one that was
 * replaced and count it as accepted. Never to be said after a commit whose answer was lost: the message may stand, its
 * PUT be repeated and find it, and the tombstone would cancel it.
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

const contended = (): Problem =>
  new Problem(503, 'CONTENDED', 'Too many calls change this key at once; repeat the call.', {
    headers: { 'retry-after': '1' },
  });

/**
 * Stores, moves or replaces the message of a key.
 *
 *   reference into the segment ─► commit of the key's item ─► hint ─► answer
 *   A crash between the first two leaves a reference that nothing agrees with; the old message stays in force.
 *
 *   writer:  put reference, stamp 7 ──────── (stopped, or its put is slow) ───► commit over version 3: conflict
 *   worker:          due: no record has its token ─► guard to 7, version 4 ─► void        (see judge-reference.ts)
 *   writer:  read version 4: it refuses stamp 7 ─► another reference, stamp 8 ─► commit over version 4
 */
export const makePutKeyed = (engine: Engine, references: ReferenceWriter) => {
  /** Counts what was committed, and says what became of the message before. */
  const conclude = async (record: KeyedRecord, situation: Situation): Promise<KeyedReceipt> => {
    engine.ledgers.book(minuteOf(record.message.dueAt), { accepted: 1 });
    engine.telemetry.count('accepted', 1);
    const replaced = situation.kind === 'replace' && (await wasReplaced(engine, situation));
    if (replaced) bookCancel(engine, situation.dueAt, situation.retrying);
    return receipt(record, { replaced, duplicate: false });
  };

  /** The way of one reference to its commit, or the key's item that refuses it. */
  const tryReference = async (
    key: string,
    message: NewMessage,
    first: StoredKey | undefined,
  ): Promise<KeyedReceipt | { readonly refusedBy: StoredKey }> => {
    const token = engine.nonce();
    let over = first;
    let reference: StoredReference | undefined;
    let mayStand = false;
    try {
      for (let tries = 0; tries < RACES; tries += 1) {
        const situation = await judge(engine, over?.record, message);
        if (situation.kind === 'duplicate') return receipt(situation.record, { replaced: false, duplicate: true });
        reference ??= await references.write(
          referenceTo(key, token, message),
          over?.guard.refusedThrough ?? epochMs(0),
        );
        mayStand = true;
        const ended = await commit(engine, { key, token, message, reference, over });
        if ('record' in ended) return await conclude(ended.record, situation);
        mayStand = ended.open;
        over = ended.there;
        if (over && refuses(over.guard, reference.writtenAt)) return { refusedBy: over };
      }
      throw contended();
    } finally {
      if (reference && !mayStand) await withdraw(engine, reference);
      await reference?.release();
    }
  };

  return async (key: string, asked: NewMessage): Promise<KeyedReceipt> => {
    const message = clampDue(asked, engine.clock.now());
    // Most keys are new: the first try finds out by its commit, so that a new one costs no read.
    let over: StoredKey | undefined;
    for (let tries = 0; tries < RACES; tries += 1) {
      const ended = await tryReference(key, message, over);
      if ('view' in ended) return ended;
      over = ended.refusedBy;
    }
    throw contended();
  };
};
