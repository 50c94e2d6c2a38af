import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nextDelayMs, STANDARD_RETRY_POLICY } from '../../../shared/core/delivery/retry.ts';
import {
  judgeRetrySettings,
  MAX_RETRY_HORIZON_MS,
  type RetrySettings,
} from '../../../shared/core/delivery/retry-settings.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const policyOf = (settings: RetrySettings) => {
  const judged = judgeRetrySettings(settings);
  if (!judged.ok) throw new Error(`${judged.pointer}: ${judged.detail}`);
  return judged.value;
};

describe('judgeRetrySettings', () => {
  it('gives the standard policy where nothing is said', () => {
    expect(policyOf({})).toEqual(STANDARD_RETRY_POLICY);
  });

  it('takes a list of delays, one attempt more than delays', () => {
    expect(policyOf({ scheduleMs: [1000, 5000] })).toMatchObject({ maxAttempts: 3, delaysMs: [1000, 5000] });
    expect(policyOf({ scheduleMs: [1000, 5000], maxAttempts: 7 })).toMatchObject({
      maxAttempts: 7,
      delaysMs: [1000, 5000],
    });
  });

  it('takes initial, factor and max', () => {
    const policy = policyOf({ initialMs: 1000, factor: 3, maxMs: 20_000, maxAttempts: 6 });
    expect(policy.delaysMs).toEqual([1000, 3000, 9000, 20_000, 20_000]);
  });

  it('fills in what an exponential policy leaves out', () => {
    expect(policyOf({ initialMs: 1000 }).delaysMs).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256].map((s) => s * 1000));
    expect(policyOf({ factor: 1, maxAttempts: 3 }).delaysMs).toEqual([5000, 5000]);
    expect(policyOf({ initialMs: 2 * DAY_MS, maxAttempts: 3 }).delaysMs).toEqual([2 * DAY_MS, 2 * DAY_MS]);
  });

  it('keeps the status codes to retry on', () => {
    expect(policyOf({ retryOn: [404, 409] }).retryOn).toEqual([404, 409]);
    expect(policyOf({})).not.toHaveProperty('retryOn');
  });

  it('C12: lets 0 attempts mean a single one', () => {
    expect(nextDelayMs(policyOf({ maxAttempts: 0 }), 1, { hash01: 0 })).toBeUndefined();
  });

  it('C12: allows exactly 100 delays and exactly 15 days', () => {
    const minutes = Array.from({ length: 100 }, () => MINUTE_MS);
    expect(policyOf({ scheduleMs: minutes }).maxAttempts).toBe(101);
    expect(policyOf({ scheduleMs: [15 * DAY_MS] }).maxAttempts).toBe(2);
  });

  const minutes = (count: number) => Array.from({ length: count }, () => MINUTE_MS);
  it.each<[string, RetrySettings, string, string]>([
    ['-1 attempts', { maxAttempts: -1 }, 'INVALID_MAX_ATTEMPTS', '/maxAttempts'],
    ['1e9 attempts', { maxAttempts: 1e9 }, 'INVALID_MAX_ATTEMPTS', '/maxAttempts'],
    ['1e9 exponential attempts', { maxAttempts: 1e9, initialMs: 1 }, 'INVALID_MAX_ATTEMPTS', '/maxAttempts'],
    ['half an attempt', { maxAttempts: 1.5 }, 'INVALID_MAX_ATTEMPTS', '/maxAttempts'],
    ['NaN attempts', { maxAttempts: Number.NaN }, 'INVALID_MAX_ATTEMPTS', '/maxAttempts'],
    ['no delay', { scheduleMs: [] }, 'INVALID_RETRY_DELAY', '/schedule'],
    ['a delay of zero', { scheduleMs: [1000, 0] }, 'INVALID_RETRY_DELAY', '/schedule/1'],
    ['a negative delay', { scheduleMs: [-1] }, 'INVALID_RETRY_DELAY', '/schedule/0'],
    ['a delay without end', { scheduleMs: [Number.POSITIVE_INFINITY] }, 'INVALID_RETRY_DELAY', '/schedule/0'],
    ['101 delays', { scheduleMs: minutes(101), maxAttempts: 2 }, 'RETRY_SCHEDULE_TOO_LONG', '/schedule'],
    ['16 days in the schedule', { scheduleMs: [10 * DAY_MS, 6 * DAY_MS] }, 'RETRY_HORIZON_EXCEEDED', ''],
    ['15 days by repetition', { scheduleMs: [DAY_MS], maxAttempts: 17 }, 'RETRY_HORIZON_EXCEEDED', ''],
    ['a month of the standard schedule', { maxAttempts: 40 }, 'RETRY_HORIZON_EXCEEDED', ''],
    ['a backoff of 0', { initialMs: 0 }, 'INVALID_RETRY_DELAY', '/initial'],
    ['a limit of 0', { maxMs: 0 }, 'INVALID_RETRY_DELAY', '/max'],
    ['more than the limit', { initialMs: 2000, maxMs: 1000 }, 'INVALID_RETRY_DELAY', '/initial'],
    ['a factor below 1', { factor: 0.99 }, 'INVALID_RETRY_FACTOR', '/factor'],
    ['a factor that is none', { factor: Number.NaN }, 'INVALID_RETRY_FACTOR', '/factor'],
    ['a factor without end', { factor: Number.POSITIVE_INFINITY }, 'INVALID_RETRY_FACTOR', '/factor'],
    ['both forms', { scheduleMs: [1000], factor: 2 }, 'RETRY_SCHEDULE_CONFLICT', '/schedule'],
    ['success to be retried', { retryOn: [404, 200] }, 'INVALID_RETRY_STATUS', '/retryOn/1'],
    ['51 codes', { retryOn: Array.from({ length: 51 }, () => 404) }, 'INVALID_RETRY_STATUS', '/retryOn'],
  ])('C12: refuses %s', (_name, settings, code, pointer) => {
    expect(judgeRetrySettings(settings)).toMatchObject({ ok: false, code, pointer });
  });

  it('C12: whatever it accepts waits at least a millisecond each time and ends within the limits', () => {
    const number = fc.oneof(fc.double(), fc.integer({ min: -5, max: 200 }), fc.integer());
    const settings = fc.record(
      { maxAttempts: number, initialMs: number, factor: number, maxMs: number, scheduleMs: fc.array(number) },
      { requiredKeys: [] },
    ) as fc.Arbitrary<RetrySettings>;
    fc.assert(
      fc.property(settings, (given) => {
        const judged = judgeRetrySettings(given);
        if (!judged.ok) return true;
        const waits: number[] = [];
        for (let attempt = 1; attempt < judged.value.maxAttempts; attempt += 1) {
          waits.push(nextDelayMs({ ...judged.value, jitter: 0 }, attempt, { hash01: 0 }) ?? Number.NaN);
        }
        return (
          waits.length <= 100 &&
          waits.every((wait) => wait >= 1) &&
          waits.reduce((sum, wait) => sum + wait, 0) <= MAX_RETRY_HORIZON_MS
        );
      }),
    );
  });
});
