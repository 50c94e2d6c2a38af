import type { Minute } from '../../core/segment/bucket.ts';
import { minuteOf } from '../../core/segment/bucket.ts';
import type { Ledger } from '../../core/segment/ledger.ts';
import { EMPTY_LEDGER } from '../../core/segment/ledger.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';
import { readSealed, sealJson } from '../sealed-text.ts';

/**
 * How far a timeline has come. Moved by conditional writes only, and only forward:
 *
 * C1  Every segment of every bucket up to `openedThrough` was probed after its close, and got a hint if it held anything.
 * C2  Every unit of every bucket up to `settledThrough` is settled, and its ledger is in `totals`.
 * C3  `shards` is the largest number of shards that any writer ever used, so that no segment is overlooked.
 * C4  Where it is damaged it starts again at the oldest bucket that is kept: slower, and nothing is overlooked (F51).
 */
export type TickCursor = {
  readonly openedThrough: Minute;
  readonly settledThrough: Minute;
  readonly totals: Ledger;
  readonly shards: number;
  /** Marked units whose logs are in `totals` through this record, until their marks are gone (see `revisit`). */
  readonly revisited?: Readonly<Record<string, number>>;
  readonly tickedAt: EpochMs;
  /** The unit that the last tick found overdue for longest, as a pointer, and since when. */
  readonly oldest?: { readonly pointer: string; readonly dueAt: EpochMs };
  readonly nonce: string;
};

export type StoredCursor = { readonly cursor: TickCursor; readonly version: number };

const keyOf = (timeline: string) => ({ table: 'control', pk: 'cursor', sk: timeline }) as const;

/** The cursor of an item; `undefined` where it is damaged. */
export const parseCursor = (item: Item): TickCursor | undefined => readSealed<TickCursor>(item);

/** Where nothing was opened, settled or counted yet before a minute. */
const startingBehind = (minute: Minute, now: EpochMs) => ({
  openedThrough: minute,
  settledThrough: minute,
  totals: EMPTY_LEDGER,
  tickedAt: now,
});

/** Where to start: now, or with everything that is kept where an earlier cursor cannot be read (C4). */
const firstMinute = (engine: Engine, now: EpochMs, damaged: boolean): Minute =>
  // A writer whose clock is behind may be about to store into the minute before.
  minuteOf(plusMs(now, -engine.timing.skewMs - (damaged ? engine.retentionMs : 0))) - 1;

/**
 * Makes the cursor where there is none, before the first message is accepted: a tick that came later would not know
 * from which bucket on to sweep. Raises `shards` where this process uses more than were known, and makes a damaged one
 * anew.
 */
export const ensureCursor = async (engine: Engine, timeline: string): Promise<StoredCursor> => {
  for (;;) {
    const item = await engine.store.get(keyOf(timeline));
    const there = item && parseCursor(item);
    if (item && there && there.shards >= engine.shards) return { cursor: there, version: item.version };
    const damaged = item !== undefined && there === undefined;
    if (damaged) engine.telemetry.note('error', 'cursor.damaged', { timeline });
    const now = engine.clock.now();
    const start = startingBehind(firstMinute(engine, now, damaged), now);
    const cursor = { ...start, ...there, shards: engine.shards, nonce: engine.nonce() };
    await moveCursor(engine, timeline, { cursor, version: item?.version ?? 0 });
  }
};

/** Moves the cursor from the version that was read; `false` where another tick was quicker. */
export const moveCursor = async (engine: Engine, timeline: string, next: StoredCursor): Promise<boolean> => {
  const key = keyOf(timeline);
  const item = { ...key, version: next.version + 1, doc: sealJson(key, next.cursor) };
  if ((await engine.store.put(item, next.version === 0 ? 'absent' : next.version)) === 'stored') return true;
  const there = await engine.store.get(item);
  return there !== undefined && parseCursor(there)?.nonce === next.cursor.nonce;
};

/**
 * From here on no tick passes `minute` that has not seen what the caller stored before: the cursor moves to a new version, so
 * one that is looking at the bucket right now cannot save what it found. Nothing is moved where the sweep has passed it.
 */
export const fenceSweep = async (engine: Engine, minute: Minute): Promise<void> => {
  for (;;) {
    const { cursor, version } = await ensureCursor(engine, engine.timeline);
    if (cursor.settledThrough >= minute) return;
    if (await moveCursor(engine, engine.timeline, { cursor: { ...cursor, nonce: engine.nonce() }, version })) return;
  }
};
