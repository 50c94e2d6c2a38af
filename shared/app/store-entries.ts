import { lateFenceOf, mayHaveMissedClose } from '../core/segment/bucket.ts';
import type { EntryAddress, Unit } from '../core/segment/segment-key.ts';
import { parseEntrySortKey } from '../core/segment/segment-key.ts';
import type { LogRecord } from '../core/segment/unit-log.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs, plusMs } from '../core/time/epoch.ts';
import type { Item } from '../ports/item-store.ts';
import { clockIsOff } from './clock-check.ts';
import type { Engine } from './engine.ts';
import { hintFor, sendHints } from './hints.ts';
import type { NewEntry } from './packed-entry.ts';
import { packEntry } from './packed-entry.ts';
import { markForRevisit, markWithCount } from './revisit.ts';
import { fenceSweep } from './tick/cursor.ts';
import { appendRecord, lastRecord } from './unit-journal.ts';

/** The unit that works an entry off. */
export const unitOf = ({ segment, sk }: EntryAddress): Unit =>
  sk.startsWith('E') ? { segment, lane: 'E' } : { segment, lane: 'L', sk };

/** When an entry's first item is due, which its place tells. */
const firstDueOf = ({ sk }: EntryAddress): EpochMs => {
  const key = parseEntrySortKey(sk);
  if (!key) throw new RangeError(`${sk} is no place of an entry.`);
  return key.firstDue;
};

/** The item that stores an entry, kept until `retention` after it is due. */
export const toStoredEntry = (engine: Engine, entry: NewEntry, writtenAt: EpochMs): Item =>
  packEntry(entry, { writtenAt, expiresAt: plusMs(firstDueOf(entry), engine.retentionMs) });

/**
 * What a unit's log says after a writer announced an entry: the lease as it was, and not settled (U5). A unit that
 * rests is not to rest past the entry's first item.
 */
const announcement = (engine: Engine, last: LogRecord, entry: EntryAddress): LogRecord => ({
  seq: last.seq + 1,
  nonce: engine.nonce(),
  at: engine.clock.now(),
  epoch: last.epoch,
  owner: last.owner,
  until: last.until,
  ...(last.resumeAt === undefined ? {} : { resumeAt: epochMs(Math.min(last.resumeAt, firstDueOf(entry))) }),
  announced: [entry.sk],
  confirmed: last.confirmed,
  ledger: last.ledger,
  voids: last.voids,
  settled: false,
});

/**
 * Makes sure that an entry of the scheduled lane is seen although its put ended near the close, or after it.
 *
 *   writer:  put entry ─────────► read log ──► empty: whoever acquires later lists later, and sees it
 *   reader:      acquire (record 0) ─► list      not empty: announce; the owner's next record collides
 *                                                with it, and the owner looks at the entry
 */
const announce = async (engine: Engine, entry: EntryAddress): Promise<void> => {
  const unit: Unit = { segment: entry.segment, lane: 'E' };
  for (;;) {
    const last = await lastRecord(engine.store, unit);
    if (!last) return;
    const record = announcement(engine, last, entry);
    const expiresAt = Math.ceil((firstDueOf(entry) + engine.retentionMs) / 1000);
    if ((await appendRecord(engine.store, unit, { record, expiresAt })) === 'stored') return;
  }
};

/**
 * The fence of the sweep: a mark, before the cursor's version is raised. A tick that passes the bucket after that sees the
 * mark and notes how far it counted the unit; of one that had passed before, the mark's figure tells. An announcement
 * comes behind both, and the mark is renewed behind it: a tick may have dealt with a unit that was still settled.
 */
const passSweep = async (engine: Engine, entry: EntryAddress, announces: boolean): Promise<void> => {
  const unit = unitOf(entry);
  await markForRevisit(engine, unit, false);
  await fenceSweep(engine, unit.segment.minute);
  await markWithCount(engine, unit);
  if (!announces) return;
  await announce(engine, entry);
  await markForRevisit(engine, unit, true);
};

/** The fence of the close; a writer that was stopped at it until the sweep may have passed goes on to that one. */
const passClose = async (engine: Engine, entry: EntryAddress): Promise<void> => {
  await announce(engine, entry);
  if (engine.clock.now() >= lateFenceOf(entry.segment.minute, engine.timing)) await passSweep(engine, entry, true);
};

/** So far a clock may jump once more behind the answer that showed it to be wrong. */
const JUMP_MS = 24 * 3_600_000;

/**
 * The latest instant at which a put that has just ended may have ended. By a clock that is wrong that may be past any
 * fence of today (F36), but not of buckets that come later: to mark those would burden the tick for as long as they lie ahead.
 */
const latestEnd = (engine: Engine): EpochMs => {
  const now = engine.clock.now();
  return clockIsOff(engine) ? plusMs(now, Math.abs(engine.skewMs?.() ?? 0) + JUMP_MS) : now;
};

/**
 * The fences behind a put that has ended: after this, the entries will be worked off even if every hint is lost.
 * Returns the hints that are to be sent before the entries are acknowledged. It takes no more than their places, so that
 * nobody has to keep a thousand items an entry while it is written.
 */
export const passFences = async (engine: Engine, entries: readonly EntryAddress[]) => {
  const endedAt = latestEnd(engine);
  const hints = [];
  for (const entry of entries) {
    const { minute } = entry.segment;
    const unit = unitOf(entry);
    const scheduled = unit.lane === 'E';
    const nearClose = scheduled && mayHaveMissedClose(minute, endedAt, engine.timing);
    const nearSweep = endedAt >= lateFenceOf(minute, engine.timing);
    if (nearSweep) await passSweep(engine, entry, nearClose);
    else if (nearClose) await passClose(engine, entry);
    if (nearClose || !scheduled) hints.push(hintFor(engine, unit, firstDueOf(entry)));
  }
  return hints;
};

/** Stores entries, passes the fences and sends the hints: when this returns, the entries will be worked off. */
export const storeEntries = async (engine: Engine, entries: readonly NewEntry[], writtenAt: EpochMs): Promise<void> => {
  if (entries.length === 0) return;
  await engine.store.putMany(entries.map((entry) => toStoredEntry(engine, entry, writtenAt)));
  await sendHints(engine, await passFences(engine, entries));
};
