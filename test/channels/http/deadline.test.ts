import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeDeadline } from '../../../shared/channels/http/deadline.ts';

let passed: number;
beforeEach(() => {
  vi.useFakeTimers();
  passed = 0;
});
afterEach(() => {
  vi.useRealTimers();
});
const deadline = () =>
  makeDeadline(() => {
    passed += 1;
  });

it('passes once, when its time is over', () => {
  deadline().start(100);
  vi.advanceTimersByTime(99);
  expect(passed).toBe(0);
  vi.advanceTimersByTime(1);
  expect(passed).toBe(1);
  vi.advanceTimersByTime(1000);
  expect(passed).toBe(1);
});

it.each([
  ['the same', 100],
  ['a longer', 150],
  ['a shorter', 80],
])('counts from the last start, with %s time', (_name, ms) => {
  const counting = deadline();
  counting.start(100);
  vi.advanceTimersByTime(70);
  counting.start(ms);
  vi.advanceTimersByTime(ms - 1);
  expect(passed).toBe(0);
  vi.advanceTimersByTime(1);
  expect(passed).toBe(1);
});

it('counts again after it passed', () => {
  const counting = deadline();
  for (let times = 1; times <= 3; times += 1) {
    counting.start(100);
    vi.advanceTimersByTime(100);
    expect(passed).toBe(times);
  }
});

it('does not pass when stopped, and counts again when started after that', () => {
  const counting = deadline();
  counting.start(100);
  counting.stop();
  vi.advanceTimersByTime(1000);
  expect(passed).toBe(0);
  counting.start(100);
  vi.advanceTimersByTime(100);
  expect(passed).toBe(1);
});
