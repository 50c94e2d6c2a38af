import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeLease } from '../../../shared/core/segment/lease.ts';
import { EMPTY_LEDGER } from '../../../shared/core/segment/ledger.ts';
import { DEFAULT_TIMING } from '../../../shared/core/segment/timing.ts';
import type { LogRecord } from '../../../shared/core/segment/unit-log.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';

const timing = DEFAULT_TIMING;
const NOW = 1_000_000;

const record = (part: Partial<LogRecord>): LogRecord => ({
  seq: 4,
  nonce: 'n',
  at: epochMs(NOW - 5_000),
  epoch: 3,
  owner: 'w',
  until: NOW + 5_000,
  confirmed: 3,
  ledger: EMPTY_LEDGER,
  voids: 0,
  settled: false,
  ...part,
});

const judge = (last: LogRecord | undefined, now = NOW, dead: readonly string[] = []) =>
  judgeLease(last, { now: epochMs(now), timing, isDead: (owner) => dead.includes(owner) });

describe('the judge of leases', () => {
  it('gives a unit that nobody had to epoch 1', () => {
    expect(judge(undefined)).toEqual({ kind: 'free', epoch: 1 });
  });

  it.each([
    ['held to the last millisecond of lease and skew', NOW + 9_999, { kind: 'held', until: NOW + 10_000 }],
    ['free from then on, for the next epoch', NOW + 10_000, { kind: 'free', epoch: 4 }],
  ])('F14 F36 a lease that ends now is %s', (_, now, verdict) => {
    expect(judge(record({ until: NOW }), now)).toEqual(verdict);
  });

  it('takes the lease of an owner that is known to have ended at once', () => {
    expect(judge(record({}), NOW, ['w'])).toEqual({ kind: 'free', epoch: 4 });
    expect(judge(record({}), NOW, ['v'])).toEqual({ kind: 'held', until: NOW + 15_000 });
  });

  it('F09 has no work in a settled unit', () => {
    expect(judge(record({ settled: true, until: 0 }))).toEqual({ kind: 'settled' });
    expect(judge(record({ settled: true }), NOW, ['w'])).toEqual({ kind: 'settled' });
  });

  it.each([
    [
      'rests while its next item is further away than a worker waits',
      10_001,
      { kind: 'resting', resumeAt: NOW + 10_001 },
    ],
    ['is free as soon as it is not', 10_000, { kind: 'free', epoch: 4 }],
    ['is free when that has passed', -1, { kind: 'free', epoch: 4 }],
  ])('a unit that was given back %s', (_, away, verdict) => {
    expect(judge(record({ until: 0, resumeAt: epochMs(NOW + away) }))).toEqual(verdict);
  });

  it('a unit that was given back without a time is free', () => {
    expect(judge(record({ until: 0 }))).toEqual({ kind: 'free', epoch: 4 });
  });

  it('P3 never lets two workers hold a unit whose clocks differ by no more than the skew', () => {
    const ms = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(ms, ms, fc.integer({ min: -timing.skewMs, max: timing.skewMs }), (until, passed, ahead) => {
        const holder = NOW + passed;
        const other = holder + ahead;
        const holds = holder < NOW + until;
        const verdict = judge(record({ until: NOW + until }), other);
        if (holds) expect(verdict.kind).toBe('held');
      }),
    );
  });

  it('U1 gives every takeover a higher epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 0, max: NOW }), (epoch, until) => {
        const verdict = judge(record({ epoch, until }), NOW + 1e6);
        expect(verdict).toEqual({ kind: 'free', epoch: epoch + 1 });
      }),
    );
  });
});
