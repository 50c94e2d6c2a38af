import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDelayMs, type RetryPolicy, STANDARD_RETRY_POLICY } from '../../../shared/core/delivery/retry.ts';

const MIDDLE = { hash01: 0.5 };
const HOUR_MS = 3_600_000;

const policies: fc.Arbitrary<RetryPolicy> = fc.record({
  maxAttempts: fc.integer({ min: 0, max: 30 }),
  delaysMs: fc.array(fc.integer({ min: 1, max: 10 ** 9 }), { minLength: 1, maxLength: 12 }),
  jitter: fc.double({ min: 0, max: 1, noNaN: true }),
});
const hashes = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

describe('the standard policy', () => {
  it('has the ten attempts of Standard Webhooks, over about 75 hours', () => {
    const waits = Array.from({ length: 10 }, (_, n) => nextDelayMs(STANDARD_RETRY_POLICY, n + 1, MIDDLE));
    const minutes = [5 / 60, 5, 30, 120, 300, 600, 840, 1200, 1440].map((minute) => Math.round(minute * 60_000));
    expect(waits).toEqual([...minutes, undefined]);
    const total = waits.reduce((sum: number, wait) => sum + (wait ?? 0), 0);
    expect(total / HOUR_MS).toBeCloseTo(75.6, 1);
  });

  it('spreads the first wait over a fifth to both sides', () => {
    expect(nextDelayMs(STANDARD_RETRY_POLICY, 1, { hash01: 0 })).toBe(4000);
    expect(nextDelayMs(STANDARD_RETRY_POLICY, 1, { hash01: 0.75 })).toBe(5500);
  });
});

describe('nextDelayMs', () => {
  const twice: RetryPolicy = { maxAttempts: 5, delaysMs: [1000, 2000], jitter: 0 };

  it('repeats the last delay', () => {
    expect([1, 2, 3, 4, 5].map((attempt) => nextDelayMs(twice, attempt, MIDDLE))).toEqual([
      1000,
      2000,
      2000,
      2000,
      undefined,
    ]);
  });

  it.each([0, 1])('gives up after the first attempt where maxAttempts is %i', (maxAttempts) => {
    expect(nextDelayMs({ ...twice, maxAttempts }, 1, MIDDLE)).toBeUndefined();
  });

  it('waits for Retry-After where it is the longer one, and for the schedule where that is', () => {
    expect(nextDelayMs(twice, 1, { hash01: 0.5, retryAfterMs: 60_000 })).toBe(60_000);
    expect(nextDelayMs(twice, 1, { hash01: 0.5, retryAfterMs: 10 })).toBe(1000);
  });

  it('tears apart the messages that one Retry-After held back', () => {
    const policy = { ...twice, jitter: 0.5 };
    const waits = [0, 0.5, 0.999].map((hash01) => nextDelayMs(policy, 1, { hash01, retryAfterMs: 10_000 }));
    expect(waits).toEqual([10_000, 12_500, 14_995]);
  });

  it('stays within the jitter and never comes before Retry-After', () => {
    fc.assert(
      fc.property(policies, fc.nat(30), hashes, fc.nat(86_400_000), (policy, attempt, hash01, retryAfterMs) => {
        const failed = attempt + 1;
        const wait = nextDelayMs(policy, failed, { hash01, retryAfterMs });
        if (failed >= policy.maxAttempts) return wait === undefined;
        const nominal = policy.delaysMs[Math.min(failed, policy.delaysMs.length) - 1] ?? Number.NaN;
        const longest = Math.max(nominal, retryAfterMs) * (1 + policy.jitter) + 1;
        return (
          wait !== undefined &&
          Number.isInteger(wait) &&
          wait >= retryAfterMs &&
          wait >= nominal * (1 - policy.jitter) - 1e-6 * nominal &&
          wait <= longest
        );
      }),
    );
  });
});
