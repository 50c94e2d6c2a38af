import type { Snapshot } from '../../core/process/snapshot.ts';
import { laneFor, minuteOf } from '../../core/segment/bucket.ts';
import type { EntryItem } from '../../core/segment/entry.ts';
import { type EpochMs, epochMs, plusMs } from '../../core/time/epoch.ts';
import type { Engine } from '../engine.ts';
import { makeEntryPacker } from '../entry-packer.ts';
import type { NewEntry } from '../packed-entry.ts';
import type { EventHint } from './event-index.ts';
import type { KeyRecord, StoredKey } from './key-record.ts';
import type { Reminder } from './key-task.ts';
import { encodeHint, type TimerHint } from './timer-hint.ts';

/** The hints that a record needs beside what it has, so that R1 and R2 hold of it. */
export type HintNeeds = {
  readonly hintAt: EpochMs | null;
  readonly eventHintAt: number | null;
  readonly hints: readonly TimerHint[];
  readonly eventHint: number | null;
};

/** A hint for a timer that is further away than this only comes to store the next one. */
const FURTHEST_MS = 30 * 86_400_000;

/** A processing timer at T fires when millisecond T is over; one that is overdue, at once. */
const dueOf = (at: number, now: EpochMs): EpochMs => epochMs(Math.min(Math.max(at + 1, now), now + FURTHEST_MS));

const consumed = (reminders: readonly Reminder[], kind: 'processing' | 'event', at: number | null): boolean =>
  reminders.some(({ hint }) => hint.kind === kind && hint.at === at);

/** An earlier hint covers a later timer, too: a timer that moves away with every element needs no hint each time. */
const covers = (hintAt: number | null, first: number): boolean => hintAt !== null && hintAt <= first;

export const needsOf = (
  snapshot: Snapshot,
  { record, version }: StoredKey,
  at: { readonly reminders: readonly Reminder[]; readonly now: EpochMs; readonly callsDueAt: number | null },
): HintNeeds => {
  const { reminders, now, callsDueAt } = at;
  const timerAt = snapshot.processing[0]?.at;
  const first = Math.min(timerAt ?? Number.POSITIVE_INFINITY, callsDueAt ?? Number.POSITIVE_INFINITY);
  const event = snapshot.event[0];
  const keptHint = consumed(reminders, 'processing', record.hintAt) ? null : record.hintAt;
  const keptEvent = consumed(reminders, 'event', record.eventHintAt) ? null : record.eventHintAt;
  const due = Number.isFinite(first) ? dueOf(first, now) : undefined;
  const isNew = due !== undefined && !covers(keptHint, due);
  const isNewEvent = event !== undefined && !covers(keptEvent, event.at);
  return {
    // Without a timer the hint is forgotten: it will find the record beyond it, and be dropped.
    hintAt: due === undefined ? null : isNew ? due : keptHint,
    eventHintAt: event === undefined ? null : isNewEvent ? event.at : keptEvent,
    hints: isNew ? [{ kind: 'processing', at: due, base: version }] : [],
    eventHint: isNewEvent ? event.at : null,
  };
};

/** Long after a commit, in the scheduled lane, where all keys of a minute share what it costs. */
const OUTBOX_CHECK_MS = 90_000;

/** The hint by which somebody looks whether the outputs of a commit are in place, should its writer die. */
export const outboxHint = (engine: Engine, now: EpochMs, base: number): TimerHint => ({
  kind: 'outbox',
  at: plusMs(now, engine.timing.lookaheadMs + OUTBOX_CHECK_MS),
  base,
});

/** Hints of one batch for one key. */
export type KeyHints = {
  readonly process: string;
  readonly key: string;
  readonly hints: readonly TimerHint[];
  readonly event: EventHint | null;
};

const toItem = ({ process, key }: KeyHints, hint: TimerHint, writtenAt: EpochMs): EntryItem => ({
  dueAt: epochMs(hint.at),
  target: process,
  payload: encodeHint(key, hint, writtenAt),
});

/** The entries of the process timeline for the hints of a batch: one for a thousand keys of one minute. */
export const packHints = (engine: Engine, batch: readonly KeyHints[], now: EpochMs): NewEntry[] => {
  const packer = makeEntryPacker(['timers', engine.owner, engine.nonce()], engine);
  const full = batch.flatMap((of) =>
    of.hints.flatMap((hint) => {
      const minute = minuteOf(epochMs(hint.at));
      return packer.add(toItem(of, hint, now), minute, laneFor(minute, now, engine.timing));
    }),
  );
  return [...full, ...packer.drain()].map(({ entry }) => entry);
};

/** True where a record says the same of its hints, and they still lie where it says. */
export const hintsStand = (record: KeyRecord, needs: HintNeeds): boolean =>
  record.hintAt === needs.hintAt &&
  record.eventHintAt === needs.eventHintAt &&
  needs.hints.length === 0 &&
  needs.eventHint === null;
