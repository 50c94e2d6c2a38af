import { describe, expect, test } from 'vitest';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { Outcome } from '../../shared/ports/channel.ts';
import type { Answer } from '../support/receiver.ts';
import { sized } from '../support/sized.ts';
import type { World, WorldOptions } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;

const lateness = (world: World, target: string): number =>
  Math.max(
    ...world.arrivals.filter((one) => one.target === target && one.attempt === 1).map(({ at, dueAt }) => at - dueAt),
  );

/** `push` answers as told, `fast` accepts at once; both share one segment. */
const twoTargets = (push: (world: World) => Answer, options: WorldOptions = {}): World => {
  const world: World = makeWorld({
    shards: 1,
    workers: 2,
    targets: [{ name: 'fast' }],
    answer: (delivery, at, target) => (target.name === 'fast' ? { kind: 'sent' } : push(world)(delivery, at, target)),
    ...options,
  });
  return world;
};

/** Messages to `push`, all due at once, and one to `fast` every 100 ms of the minute behind them. */
const acceptBoth = async (world: World, count: number) => ({
  push: await accept(
    world,
    Array.from({ length: count }, (_, n) => message(DUE, n)),
  ),
  fast: await accept(
    world,
    Array.from({ length: 600 }, (_, n) => message(DUE + n * 100, n, { target: 'fast' })),
  ),
});

const delayed = async (world: World, ms: number, outcome: Outcome): Promise<Outcome> => {
  await world.clock.sleepUntil(plusMs(world.clock.now(), ms));
  return outcome;
};

describe('P10 other targets are on time, in the same segment', () => {
  test.each([
    ['slow', 400, sized(10_000, 30_000), 500],
    ['very slow', 5_000, 2_000, 600],
    ['quick, but many', 20, sized(10_000, 30_000), 1_500],
  ])('while one target is %s (%d ms an answer, %d messages)', async (_, answerMs, count, mostMs) => {
    const world = twoTargets((of) => () => delayed(of, answerMs, { kind: 'sent' }));
    const { push, fast } = await acceptBoth(world, count);
    await world.runUntil(DUE + 10 * MINUTE);
    expect(world.failures).toEqual([]);
    expect(world.arrivals.length).toBe(push.length + fast.length);
    expect(timesOf(world).size).toBe(push.length + fast.length);
    expect(lateness(world, 'fast')).toBeLessThanOrEqual(mostMs);
  });

  test.each([
    ['refuses connections', (_: World): Outcome => failed('CONNECT_REFUSED', { effectPossible: false })],
    ['answers 500', (): Outcome => failed('HTTP_500')],
    ['answers 404', (): Outcome => failed('HTTP_404', { retryable: false })],
    ['times out', (of: World): Promise<Outcome> => delayed(of, 10_000, failed('TIMEOUT'))],
  ])('while one target %s for a minute', async (_, answer) => {
    const world = twoTargets((of) => (_delivery, at) => (at < DUE + MINUTE ? answer(of) : { kind: 'sent' }), {
      target: { retry: { maxAttempts: 9, delaysMs: [5_000, 10_000, 20_000], jitter: 0.2 } },
    });
    const { push, fast } = await acceptBoth(world, 1_000);
    await world.runUntil(DUE + 10 * MINUTE);
    expect(world.failures).toEqual([]);
    expect(lateness(world, 'fast')).toBeLessThanOrEqual(100);
    expect(await tally(world, fast.slice(0, 5))).toEqual({ sent: 5 });
    const states = await tally(world, push.slice(0, 40));
    expect([{ sent: 40 }, { dead: 40 }]).toContainEqual(states);
  });
});

describe('P12 a target that answers 429 with Retry-After', () => {
  const WAIT_MS = 20_000;
  const busyUntil = DUE + 5_000;

  const throttled = (): World =>
    twoTargets(
      () => (_delivery, at) =>
        at < busyUntil
          ? failed('HTTP_429', { status: 429, retryAfterMs: WAIT_MS, effectPossible: false })
          : { kind: 'sent' },
      { limits: { inFlight: 10, waiting: 1_000 }, workers: 1 },
    );

  test('is left alone for so long, whole, and gets the rest spread over a fifth of it; others are on time', async () => {
    const world = throttled();
    const { push } = await acceptBoth(world, 500);
    await world.runUntil(DUE + 5 * MINUTE);
    const toPush = world.arrivals.filter(({ target }) => target === 'push');
    expect(lateness(world, 'fast')).toBe(0);
    expect(timesOf({ arrivals: toPush }).size).toBe(500);
    const tried = toPush.filter(({ at }) => at < busyUntil);
    // What was under way when the first answer came; nothing else until the wait is over.
    expect(tried.length).toBe(10);
    const rest = toPush.filter(({ at }) => at > DUE).map(({ at }) => at - DUE);
    expect(Math.min(...rest)).toBeGreaterThanOrEqual(WAIT_MS);
    expect(Math.max(...rest)).toBeLessThanOrEqual(WAIT_MS * 1.2 + 1_000);
    expect(
      Math.max(...[...Map.groupBy(rest, (at) => Math.floor(at / 1_000)).values()].map((same) => same.length)),
    ).toBeLessThan(300);
    expect(await tally(world, push.slice(0, 50))).toEqual({ sent: 50 });
  });

  test('costs no attempt of those that were held back', async () => {
    const world = throttled();
    const { push } = await acceptBoth(world, 200);
    await world.runUntil(DUE + 5 * MINUTE);
    const attempts = new Map<number, number>();
    for (const id of push) {
      const view = await world.during(world.desk.find(id));
      attempts.set(view?.attempts ?? 0, (attempts.get(view?.attempts ?? 0) ?? 0) + 1);
    }
    expect([...attempts].sort()).toEqual([
      [1, 190],
      [2, 10],
    ]);
  });
});
