import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { makeWatchdog } from './watchdog.ts';

const LIMIT_MS = 120_000;
const HOUR_MS = 3_600_000;

const onHang = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  onHang.mockReset();
});

afterEach(() => {
  vi.useRealTimers();
});

test('a world that runs for as long as the limit hangs, once', () => {
  makeWatchdog(LIMIT_MS, onHang).start();
  vi.advanceTimersByTime(LIMIT_MS - 1);
  expect(onHang).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(onHang).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(2 * LIMIT_MS);
  expect(onHang).toHaveBeenCalledTimes(1);
});

test('hours in which the process was stopped do not count', () => {
  makeWatchdog(LIMIT_MS, onHang).start();
  vi.advanceTimersByTime(60_000);
  // What a process sees that was stopped: the clock is hours ahead, and every timer there is has come due, once.
  vi.setSystemTime(Date.now() + HOUR_MS);
  vi.runOnlyPendingTimers();
  vi.advanceTimersByTime(58_000);
  expect(onHang).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1_000);
  expect(onHang).toHaveBeenCalledTimes(1);
});

test('each world has the whole limit, and none is left when it is over', () => {
  const watchdog = makeWatchdog(LIMIT_MS, onHang);
  for (let world = 0; world < 3; world += 1) {
    watchdog.start();
    vi.advanceTimersByTime(LIMIT_MS - 1);
  }
  watchdog.stop();
  vi.advanceTimersByTime(2 * LIMIT_MS);
  expect(onHang).not.toHaveBeenCalled();
  expect(vi.getTimerCount()).toBe(0);
});
