import type { MessageView } from '../core/message/message-view.ts';
import { Problem } from '../core/problem.ts';
import { minuteOf } from '../core/segment/bucket.ts';
import { partitionKey, tombstoneKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { plusMs } from '../core/time/epoch.ts';
import { awaitFate } from './await-fate.ts';
import { clockIsOff, requireClock } from './clock-check.ts';
import type { Engine } from './engine.ts';
import type { FoundMessage } from './find-message.ts';
import { findMessage } from './find-message.ts';
import type { KeyedRecord } from './keyed-record.ts';
import { toKeyedItem } from './keyed-record.ts';
import { isDetached, segmentBehind } from './message-trail.ts';
import { isTerminal } from './message-view.ts';

const RACES = 20;

export const tooLate = (): Problem =>
  new Problem(
    409,
    'TOO_LATE',
    'The message has ended, is being sent, or is due within 2 seconds, so it can no longer be changed.',
  );

const notFound = (): Problem => new Problem(404, 'NOT_FOUND', 'There is no such message, or it ended too long ago.');

/** Books a cancelled message; its unit will find it so when it is due, and books nothing then. */
export const bookCancel = (engine: Engine, dueAt: EpochMs, retrying: boolean): void =>
  engine.ledgers.book(minuteOf(dueAt), retrying ? { cancelled: 1, retrying: -1 } : { cancelled: 1 });

/** One write that says so: on the record of a key, else a tombstone where the message lies. */
const decide = async (engine: Engine, found: FoundMessage): Promise<'stored' | 'conflict'> => {
  const now = engine.clock.now();
  const station = found.trail.at(-1);
  if (found.record && !isDetached(station)) {
    const record: KeyedRecord = { ...found.record, cancelledAt: now, version: found.record.version + 1 };
    return engine.store.put(toKeyedItem(record), found.record.version);
  }
  if (!station) return 'conflict';
  const expiresAt = Math.ceil(plusMs(station.item.dueAt, engine.retentionMs) / 1000);
  const key = {
    table: 'segments',
    pk: partitionKey(segmentBehind(station)),
    sk: tombstoneKey(found.view.id),
  } as const;
  return engine.store.put({ ...key, version: 1, expiresAt }, 'any');
};

/**
 * The message of a cancel that may have been stored behind the read at the fire, when its unit has decided: only that one
 * knows whether it was seen. Throws Problem 409 `TOO_LATE`.
 */
const decidedLate = async (engine: Engine, keyOrId: string): Promise<MessageView> => {
  await awaitFate(engine, async () => (await findMessage(engine, keyOrId))?.trail.at(-1));
  const after = await findMessage(engine, keyOrId);
  if (after?.view.state !== 'cancelled') throw tooLate();
  return after.view;
};

/** True for what is cancelled by a word that nobody is known to have heard in time: its call had no answer, perhaps. */
const mayBeUnheard = (engine: Engine, { trail }: FoundMessage): boolean => {
  const last = trail.at(-1);
  return last?.fate.kind === 'undecided' && engine.clock.now() > last.item.dueAt - engine.timing.cancelFenceMs;
};

/**
 * Cancels a message (P9): decided no later than 2 s before its next attempt, seen by the sender within the last second.
 * Throws Problem 404 `NOT_FOUND`, 409 `TOO_LATE`, 503 `CLOCK_SKEW`.
 */
export const cancelMessage = async (engine: Engine, keyOrId: string): Promise<MessageView> => {
  for (let tries = 0; tries < RACES; tries += 1) {
    const found = await findMessage(engine, keyOrId);
    if (!found) throw notFound();
    // What was read may have shown that the clock is wrong, by which nothing here can be judged (F36).
    await requireClock(engine);
    const { view } = found;
    if (view.state === 'cancelled') return mayBeUnheard(engine, found) ? decidedLate(engine, keyOrId) : view;
    const dueAt = view.nextAttemptAt;
    const farAway = dueAt !== undefined && dueAt - engine.clock.now() >= engine.timing.cancelFenceMs;
    if (isTerminal(view.state) || !farAway) throw tooLate();
    if ((await decide(engine, found)) === 'conflict') continue;
    const late = clockIsOff(engine) || engine.clock.now() > dueAt - engine.timing.cancelFenceMs;
    const after = late ? await decidedLate(engine, keyOrId) : view;
    bookCancel(engine, dueAt, view.state === 'retrying');
    const { nextAttemptAt: _, ...rest } = after;
    return { ...rest, state: 'cancelled' };
  }
  throw new Problem(503, 'CONTENDED', 'Too many calls change this message at once; repeat the call.', {
    headers: { 'retry-after': '1' },
  });
};
