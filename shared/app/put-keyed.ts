import { createHash } from 'node:crypto';
import type { NewMessage } from '../core/message/new-message.ts';
import { Problem } from '../core/problem.ts';
import { minuteOf } from '../core/segment/bucket.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs } from '../core/time/epoch.ts';
import { bookCancel, tooLate } from './cancel-message.ts';
import type { Engine } from './engine.ts';
import { readKeyed, viewOfRecord } from './find-message.ts';
import type { KeyedRecord } from './keyed-record.ts';
import { keyedItemKey, parseKeyedItem, referenceTo, toKeyedItem } from './keyed-record.ts';
import type { KeyedReceipt } from './message-desk.ts';
import { isTerminal } from './message-view.ts';
import type { ReferenceWriter, StoredReference } from './reference-writer.ts';

/** What a PUT meets: no pending message, one that it replaces, or the very same one. */
type Situation =
  | { readonly kind: 'new' }
  /** The old one's next attempt is at `dueAt`. */
  | { readonly kind: 'replace'; readonly dueAt: EpochMs; readonly retrying: boolean }
  | { readonly kind: 'duplicate'; readonly record: KeyedRecord };

const RACES = 20;

const contentHash = ({ payload, ...rest }: Omit<NewMessage, 'payload'> & { payload: string | Uint8Array }): string =>
  createHash('sha256').update(JSON.stringify(rest)).update(payload).digest('base64url');

/** Judges the present message of the key; its next attempt must be `cancelFence` away to be replaced (T5). */
const judge = async (engine: Engine, there: KeyedRecord | undefined, message: NewMessage): Promise<Situation> => {
  if (!there || there.cancelledAt !== undefined) return { kind: 'new' };
  const now = engine.clock.now();
  const farAway = there.message.dueAt - now >= engine.timing.cancelFenceMs;
  if (farAway) {
    const same = contentHash({ ...there.message, payload: there.payload }) === contentHash(message);
    return same
      ? { kind: 'duplicate', record: there }
      : { kind: 'replace', dueAt: there.message.dueAt, retrying: false };
  }
  const { view } = await viewOfRecord(engine, there);
  if (isTerminal(view.state)) return { kind: 'new' };
  const next = view.nextAttemptAt ?? now;
  if (view.state !== 'retrying' || next - now < engine.timing.cancelFenceMs) throw tooLate();
  return { kind: 'replace', dueAt: next, retrying: true };
};

type Commit = {
  readonly key: string;
  readonly token: string;
  readonly message: NewMessage;
  readonly reference: StoredReference;
  readonly over: KeyedRecord | undefined;
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
 * than `commitWithin`: by then a worker may have found it and taken it for one that was never committed.
 */
const commit = async (engine: Engine, change: Commit): Promise<KeyedRecord | undefined> => {
  const record = recordFor(engine, change);
  if (record.committedAt > change.reference.writtenAt + engine.timing.commitWithinMs) {
    throw new Problem(503, 'TRY_AGAIN', 'Storing took too long; repeat the call.', { headers: { 'retry-after': '1' } });
  }
  const stored = await engine.store.put(toKeyedItem(engine, record), change.over?.version ?? 'absent');
  if (stored === 'stored') return record;
  const there = await engine.store.get(keyedItemKey(change.key));
  const mine = there && parseKeyedItem(there);
  return mine?.token === change.token ? mine : undefined;
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
  message.dueAt >= now ? message : { ...message, dueAt: epochMs(now) };

/**
 * Stores, moves or replaces the message of a key.
 *
 *   reference into the segment ─► commit of the key's item ─► hint ─► answer
 *   A crash between the first two leaves a reference that nothing agrees with; the old message stays in force.
 */
export const makePutKeyed = (engine: Engine, references: ReferenceWriter) => {
  const race = async (key: string, message: NewMessage, token: string): Promise<KeyedReceipt> => {
    let reference: StoredReference | undefined;
    try {
      for (let tries = 0; tries < RACES; tries += 1) {
        const over = await readKeyed(engine, key);
        const situation = await judge(engine, over, message);
        if (situation.kind === 'duplicate') return receipt(situation.record, { replaced: false, duplicate: true });
        reference ??= await references.write(referenceTo(key, token, message));
        const record = await commit(engine, { key, token, message, reference, over });
        if (!record) continue;
        engine.ledgers.book(minuteOf(message.dueAt), { accepted: 1 });
        engine.telemetry.count('accepted', 1);
        if (situation.kind === 'replace') bookCancel(engine, situation.dueAt, situation.retrying);
        return receipt(record, { replaced: situation.kind === 'replace', duplicate: false });
      }
      throw new Problem(503, 'CONTENDED', 'Too many calls change this key at once; repeat the call.', {
        headers: { 'retry-after': '1' },
      });
    } finally {
      await reference?.release();
    }
  };

  return (key: string, message: NewMessage): Promise<KeyedReceipt> =>
    race(key, clampDue(message, engine.clock.now()), engine.nonce());
};
