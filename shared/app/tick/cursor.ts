import type { Minute } from '../../core/segment/bucket.ts';
import { minuteOf } from '../../core/segment/bucket.ts';
import type { Ledger } from '../../core/segment/ledger.ts';
import { EMPTY_LEDGER } from '../../core/segment/ledger.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import type { Engine } from '../engine.ts';

/**
 * How far a timeline has come. Moved by conditional writes only, and only forward:
 *
 * C1  Every segment of every bucket up to `openedThrough` was probed after its close, and got a hint if it held anything.
 * C2  Every unit of every bucket up to `settledThrough` is settled, and its ledger is in `totals`.
 * C3  `shards` is the largest number of shards that any writer ever used, so that no segment is overlooked.
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

export const readCursor = async (engine: Engine, timeline: string): Promise<StoredCursor | undefined> => {
  const item = await engine.store.get(keyOf(timeline));
  return item && { cursor: JSON.parse(item.doc ?? '') as TickCursor, version: item.version };
};

/**
 * Makes the cursor where there is none, before the first message is accepted: a tick that came later would not know
 * from which bucket on to sweep. Raises `shards` where this process uses more than were known.
 */
export const ensureCursor = async (engine: Engine, timeline: string): Promise<StoredCursor> => {
  for (;;) {
    const there = await readCursor(engine, timeline);
    if (there && there.cursor.shards >= engine.shards) return there;
    const now = engine.clock.now();
    // A writer whose clock is behind may be about to store into the minute before.
    const before = minuteOf(plusMs(now, -engine.timing.skewMs)) - 1;
    const fresh = { openedThrough: before, settledThrough: before, totals: EMPTY_LEDGER, tickedAt: now };
    const cursor = { ...fresh, ...there?.cursor, shards: engine.shards, nonce: engine.nonce() };
    await moveCursor(engine, timeline, { cursor, version: there?.version ?? 0 });
  }
};

/** Moves the cursor from the version that was read; `false` where another tick was quicker. */
export const moveCursor = async (engine: Engine, timeline: string, next: StoredCursor): Promise<boolean> => {
  const item = { ...keyOf(timeline), version: next.version + 1, doc: JSON.stringify(next.cursor) };
  if ((await engine.store.put(item, next.version === 0 ? 'absent' : next.version)) === 'stored') return true;
  return (await readCursor(engine, timeline))?.cursor.nonce === next.cursor.nonce;
};

/**
 * True where the sweep has passed `minute`. Else no tick passes it that has not seen what the caller stored before this
 * call: the cursor moves to a new version, so a tick that is looking at the bucket right now cannot save what it found.
 */
export const isSwept = async (engine: Engine, timeline: string, minute: Minute): Promise<boolean> => {
  for (;;) {
    const { cursor, version } = await ensureCursor(engine, timeline);
    if (cursor.settledThrough >= minute) return true;
    if (await moveCursor(engine, timeline, { cursor: { ...cursor, nonce: engine.nonce() }, version })) return false;
  }
};
