import type { MessageView } from '../core/message/message-view.ts';
import { Problem } from '../core/problem.ts';
import { minuteOf } from '../core/segment/bucket.ts';
import { partitionKey, tombstoneKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { plusMs } from '../core/time/epoch.ts';
import type { Engine } from './engine.ts';
import type { FoundMessage } from './find-message.ts';
import { findMessage } from './find-message.ts';
import type { KeyedRecord } from './keyed-record.ts';
import { toKeyedItem } from './keyed-record.ts';
import { isTerminal } from './message-view.ts';

const RACES = 20;

/** How long an answer waits for a message whose cancel may have come too late, and how often it looks. */
const DECIDE_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 250;

export const tooLate = (): Problem =>
  new Problem(409, 'TOO_LATE', 'The message is due within 2 seconds or being sent, so it can no longer be changed.');

const notFound = (): Problem => new Problem(404, 'NOT_FOUND', 'There is no such message, or it ended too long ago.');

/** Books a cancelled message; its unit will find it so when it is due, and books nothing then. */
export const bookCancel = (engine: Engine, dueAt: EpochMs, retrying: boolean): void =>
  engine.ledgers.book(minuteOf(dueAt), retrying ? { cancelled: 1, retrying: -1 } : { cancelled: 1 });

/** One write that says so: on the record of a key, else a tombstone where the message lies. */
const decide = async (engine: Engine, found: FoundMessage): Promise<'stored' | 'conflict'> => {
  const now = engine.clock.now();
  if (found.record) {
    const record: KeyedRecord = { ...found.record, cancelledAt: now, version: found.record.version + 1 };
    return engine.store.put(toKeyedItem(engine, record), found.record.version);
  }
  const station = found.trail.at(-1);
  if (!station) return 'conflict';
  const expiresAt = Math.ceil(plusMs(station.item.dueAt, engine.retentionMs) / 1000);
  const key = {
    table: 'segments',
    pk: partitionKey(station.address.segment),
    sk: tombstoneKey(found.view.id),
  } as const;
  return engine.store.put({ ...key, version: 1, expiresAt }, 'any');
};

/**
 * The truth about a message whose cancel was stored so late that the sender may have looked before: waits until its
 * unit decided. Throws Problem 409 where it was sent after all.
 */
const awaitDecision = async (engine: Engine, keyOrId: string): Promise<MessageView> => {
  const until = plusMs(engine.clock.now(), DECIDE_WITHIN_MS);
  for (;;) {
    const last = (await findMessage(engine, keyOrId))?.trail.at(-1);
    if (last && last.fate.kind !== 'undecided') {
      const found = await findMessage(engine, keyOrId);
      if (found?.view.state === 'cancelled') return found.view;
      throw tooLate();
    }
    const now = engine.clock.now();
    if (now >= until) {
      throw new Problem(
        503,
        'OUTCOME_UNKNOWN',
        'Whether the message was cancelled is not known yet; repeat the call.',
        {
          headers: { 'retry-after': '5' },
        },
      );
    }
    await engine.clock.sleepUntil(plusMs(now, LOOK_EVERY_MS));
  }
};

/**
 * Cancels a message (P9): decided no later than 2 s before its next attempt, seen by the sender within the last second.
 * Throws Problem 404 `NOT_FOUND`, 409 `TOO_LATE`.
 */
export const cancelMessage = async (engine: Engine, keyOrId: string): Promise<MessageView> => {
  for (let tries = 0; tries < RACES; tries += 1) {
    const found = await findMessage(engine, keyOrId);
    if (!found) throw notFound();
    const { view } = found;
    if (view.state === 'cancelled') return view;
    const dueAt = view.nextAttemptAt;
    const farAway = dueAt !== undefined && dueAt - engine.clock.now() >= engine.timing.cancelFenceMs;
    if (isTerminal(view.state) || !farAway) throw tooLate();
    if ((await decide(engine, found)) === 'conflict') continue;
    if (engine.clock.now() > dueAt - engine.timing.readAheadMs) return awaitDecision(engine, keyOrId);
    bookCancel(engine, dueAt, view.state === 'retrying');
    const { nextAttemptAt: _, ...rest } = view;
    return { ...rest, state: 'cancelled' };
  }
  throw new Problem(503, 'CONTENDED', 'Too many calls change this message at once; repeat the call.', {
    headers: { 'retry-after': '1' },
  });
};
