import { describe, expect, test } from 'vitest';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, message, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;

const startsTo = (world: World, target: string): number[] =>
  world.arrivals
    .filter((one) => one.target === target)
    .map(({ at }) => at)
    .sort((a, b) => a - b);

/** The most attempts that start within any one second. */
const mostInASecond = (starts: readonly number[]): number => {
  let most = 0;
  for (let from = 0, to = 0; to < starts.length; to += 1) {
    while ((starts[to] ?? 0) - (starts[from] ?? 0) >= 1_000) from += 1;
    most = Math.max(most, to - from + 1);
  }
  return most;
};

describe('P12 a target with a rate', () => {
  test('gets no more than that in any second from two workers, and all of it; other targets are on time', async () => {
    const world = makeWorld({ shards: 4, workers: 2, target: { ratePerSecond: 100 }, targets: [{ name: 'fast' }] });
    const ids = await accept(
      world,
      Array.from({ length: 5_000 }, (_, n) => message(DUE, n)),
    );
    const fast = await accept(
      world,
      Array.from({ length: 600 }, (_, n) => message(DUE + n * 100, n, { target: 'fast' })),
    );
    await world.runUntil(DUE + 3 * MINUTE);
    expect(world.failures).toEqual([]);
    expect(timesOf(world).size).toBe(ids.length + fast.length);
    expect(world.arrivals.length).toBe(ids.length + fast.length);
    const starts = startsTo(world, 'push');
    expect(mostInASecond(starts)).toBeLessThanOrEqual(101);
    // Fifty seconds of slots, and little else.
    expect((starts.at(-1) ?? 0) - DUE).toBeLessThan(52_000);
    const late = world.arrivals.filter(({ target }) => target === 'fast').map(({ at, dueAt }) => at - dueAt);
    expect(Math.max(...late)).toBe(0);
  });

  test.each([
    ['a rate below one a second', 0.5, 20],
    ['a rate of one', 1, 30],
    ['a rate that divides no second', 7, 200],
    ['a rate above one a millisecond', 5_000, 8_000],
  ])('keeps to %s', async (_, ratePerSecond, count) => {
    const world = makeWorld({ shards: 2, workers: 2, target: { ratePerSecond } });
    await accept(
      world,
      Array.from({ length: count }, (_unused, n) => message(DUE, n)),
    );
    await world.runUntil(DUE + 3 * MINUTE);
    expect(world.arrivals.length).toBe(count);
    expect(mostInASecond(startsTo(world, 'push'))).toBeLessThanOrEqual(Math.ceil(ratePerSecond) + 1);
  });

  test('F40 keeps to its rate when the workers were away while its slots went by', async () => {
    const away = (now: number): boolean => now > DUE - 1_000 && now < DUE + 95_000;
    const world: World = makeWorld({
      shards: 2,
      target: { ratePerSecond: 50 },
      seams: {
        queue: (_, queue) => ({ send: async (hints) => (away(world.clock.now()) ? hints : queue.send(hints)) }),
      },
    });
    const ids = await accept(
      world,
      Array.from({ length: 1_500 }, (_, n) => message(DUE, n)),
    );
    await world.runUntil(DUE + 8 * MINUTE);
    expect(timesOf(world).size).toBe(ids.length);
    expect(mostInASecond(startsTo(world, 'push'))).toBeLessThanOrEqual(Math.ceil(50 * 1.25) + 1);
  });

  test('keeps to its rate with retries among the rest', async () => {
    const world = makeWorld({
      shards: 2,
      target: { ratePerSecond: 20, retry: { maxAttempts: 5, delaysMs: [2_000], jitter: 0.5 } },
      answer: ({ attempt }) =>
        attempt === 1
          ? { kind: 'failed', retryable: true, effectPossible: true, reason: 'HTTP_500' }
          : { kind: 'sent' },
    });
    const ids = await accept(
      world,
      Array.from({ length: 300 }, (_, n) => message(DUE, n)),
    );
    await world.runUntil(DUE + 5 * MINUTE);
    expect(world.arrivals.length).toBe(600);
    expect(await tally(world, ids.slice(0, 50))).toEqual({ sent: 50 });
    expect(mostInASecond(startsTo(world, 'push'))).toBeLessThanOrEqual(21);
  });
});
