import type { EpochMs } from '../time/epoch.ts';
import { epochMs } from '../time/epoch.ts';
import type { Timing } from './timing.ts';

/** The length of a bucket, milliseconds. */
export const BUCKET_MS = 60_000;

/** A bucket's number: whole minutes since 1970. */
export type Minute = number;

/** The scheduled lane is immutable after the close; the late lane takes what comes after it. */
export type Lane = 'E' | 'L';

export const minuteOf = (at: EpochMs): Minute => Math.floor(at / BUCKET_MS);

export const startOf = (minute: Minute): EpochMs => epochMs(minute * BUCKET_MS);

export const endOf = (minute: Minute): EpochMs => epochMs((minute + 1) * BUCKET_MS);

/** The instant from which the scheduled lane of the bucket takes no entry (T1). */
export const closeOf = (minute: Minute, timing: Timing): EpochMs => epochMs(startOf(minute) - timing.lookaheadMs);

/** The last bucket that readers may list at `now` (T2). */
export const lastReadable = (now: EpochMs, timing: Timing): Minute =>
  Math.floor((now - timing.guardMs + timing.lookaheadMs) / BUCKET_MS);

/** The lane that an entry due in `minute` takes when its writer's clock says `now`. */
export const laneFor = (minute: Minute, now: EpochMs, timing: Timing): Lane =>
  now < closeOf(minute, timing) ? 'E' : 'L';

/** True where a put that ended at `now` may have missed the reader of the scheduled lane, clocks being what they are (T3). */
export const mayHaveMissedClose = (minute: Minute, now: EpochMs, timing: Timing): boolean =>
  now >= closeOf(minute, timing) - timing.skewMs;

/** The instant until which a put into the late lane must have ended to be sure of the sweep (T4). */
export const lateFenceOf = (minute: Minute, timing: Timing): EpochMs =>
  epochMs(endOf(minute) + timing.lateGraceMs - timing.skewMs);

/** The instant from which the bucket may be found settled (T4). */
export const sweepableFrom = (minute: Minute, timing: Timing): EpochMs => epochMs(endOf(minute) + timing.lateGraceMs);
