import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUCKET_MS,
  closeOf,
  endOf,
  laneFor,
  lastReadable,
  lateFenceOf,
  mayHaveMissedClose,
  minuteOf,
  startOf,
  sweepableFrom,
} from '../../../shared/core/segment/bucket.ts';
import { DEFAULT_TIMING } from '../../../shared/core/segment/timing.ts';
import { epochMs, plusMs } from '../../../shared/core/time/epoch.ts';

const timing = DEFAULT_TIMING;
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 }).map(epochMs);
const minute = fc.integer({ min: 10, max: 2 ** 32 - 1 });
const skew = fc.integer({ min: 0, max: timing.skewMs });

describe('buckets', () => {
  it('hold exactly their own minute', () => {
    fc.assert(
      fc.property(instant, (at) => {
        const bucket = minuteOf(at);
        expect(startOf(bucket) <= at && at < endOf(bucket)).toBe(true);
        expect([minuteOf(startOf(bucket)), minuteOf(plusMs(endOf(bucket), -1))]).toEqual([bucket, bucket]);
        expect(endOf(bucket) - startOf(bucket)).toBe(BUCKET_MS);
      }),
    );
  });

  it('T1 take scheduled entries until the millisecond before the close', () => {
    fc.assert(
      fc.property(minute, fc.integer({ min: -3, max: 3 }), (bucket, away) => {
        expect(laneFor(bucket, plusMs(closeOf(bucket, timing), away), timing)).toBe(away < 0 ? 'E' : 'L');
      }),
    );
  });

  it('T2 are read when they have been closed for the guard, and the one behind them is not', () => {
    fc.assert(
      fc.property(instant, (now) => {
        const last = lastReadable(now, timing);
        expect(closeOf(last, timing) + timing.guardMs).toBeLessThanOrEqual(now);
        expect(closeOf(last + 1, timing) + timing.guardMs).toBeGreaterThan(now);
      }),
    );
  });

  it('T3 a put that ended unsuspected was there before any reader listed, by clocks that differ by the skew', () => {
    fc.assert(
      fc.property(minute, skew, fc.integer({ min: -30_000, max: 30_000 }), (bucket, ahead, away) => {
        const ended = plusMs(closeOf(bucket, timing), away);
        const readersClock = plusMs(ended, ahead);
        const listed = readersClock >= closeOf(bucket, timing) + timing.guardMs;
        if (listed) expect(mayHaveMissedClose(bucket, ended, timing)).toBe(true);
      }),
    );
  });

  it('T4 a late put that ended before its fence was there before any sweep, by clocks that differ by the skew', () => {
    fc.assert(
      fc.property(minute, skew, fc.integer({ min: -60_000, max: 60_000 }), (bucket, ahead, away) => {
        const ended = plusMs(lateFenceOf(bucket, timing), away);
        const swept = plusMs(ended, ahead) >= sweepableFrom(bucket, timing);
        if (swept) expect(ended >= lateFenceOf(bucket, timing)).toBe(true);
      }),
    );
  });

  it('T5 what was decided in time is seen by the read at the fire, by clocks that differ by a second', () => {
    expect(timing.cancelFenceMs - timing.readAheadMs).toBeGreaterThanOrEqual(1_000);
  });
});
