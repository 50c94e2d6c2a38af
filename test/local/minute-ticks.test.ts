import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startMinuteTicks } from '../../shared/local/minute-ticks.ts';

const START = Date.UTC(2026, 10, 22, 0, 0, 30);

beforeEach(() => vi.useFakeTimers({ now: START }));
afterEach(() => vi.useRealTimers());

const secondsOf = (at: number): number => (at - START) / 1000;

test('ticks 1.2 s after every full minute: then the bucket that closes on it may be read', async () => {
  const ticks: number[] = [];
  const { stop } = startMinuteTicks(async () => ticks.push(secondsOf(Date.now())), fail);
  await vi.advanceTimersByTimeAsync(4 * 60_000);
  expect(ticks).toEqual([31.2, 91.2, 151.2, 211.2]);
  stop();
});

test('never ticks twice at once, and goes on after one that took long or failed', async () => {
  const started: number[] = [];
  const errors: unknown[] = [];
  const { stop } = startMinuteTicks(
    async () => {
      started.push(secondsOf(Date.now()));
      if (started.length === 1) await new Promise((resolve) => setTimeout(resolve, 100_000));
      if (started.length === 2) throw new Error('store');
    },
    (error) => errors.push(error),
  );
  await vi.advanceTimersByTimeAsync(4 * 60_000);
  expect(started).toEqual([31.2, 151.2, 211.2]);
  expect(errors).toHaveLength(1);
  stop();
});

test('is still after a stop, whatever a tick that runs then does', async () => {
  let ticks = 0;
  const { stop } = startMinuteTicks(async () => {
    ticks += 1;
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    throw new Error('the store is gone');
  }, fail);
  await vi.advanceTimersByTimeAsync(32_000 - 500);
  stop();
  await vi.advanceTimersByTimeAsync(4 * 60_000);
  expect(ticks).toBe(1);
  expect(vi.getTimerCount()).toBe(0);
});

function fail(error: unknown): never {
  throw error;
}
