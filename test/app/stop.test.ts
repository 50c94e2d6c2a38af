import { expect, test } from 'vitest';
import type { Sender } from '../../shared/app/send/make-sender.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { World, WorldOptions } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, message, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;
const ANSWER_MS = 200;
const COUNT = 40;

/** A target that answers after 200 ms, four at a time: two seconds for forty. */
const slowWorld = (options: WorldOptions = {}): World => {
  const world: World = makeWorld({
    shards: 1,
    limits: { inFlight: 4, waiting: 1_000 },
    answer: async () => {
      await world.clock.sleepUntil(plusMs(world.clock.now(), ANSWER_MS));
      return { kind: 'sent' };
    },
    ...options,
  });
  return world;
};

const acceptAll = (world: World): Promise<readonly string[]> =>
  accept(
    world,
    Array.from({ length: COUNT }, (_, n) => message(DUE, n)),
  );

/** Notes how far from its worker's last deadline each attempt starts. */
const watchDeadlines = (world: World): number[] => {
  const deadlines = new Map<string, number>();
  world.workers.forEach((worker, n) => {
    const work: Sender['work'] = (unit, stopAt) => {
      deadlines.set(`worker-${n}`, stopAt);
      return worker.work(unit, stopAt);
    };
    world.workers[n] = { ...worker, work };
  });
  const left: number[] = [];
  const push = world.arrivals.push.bind(world.arrivals);
  world.arrivals.push = (...arrivals) => {
    left.push(...arrivals.map(({ at, by }) => (deadlines.get(by) ?? 0) - at));
    return push(...arrivals);
  };
  return left;
};

const expectEachOnce = async (world: World, ids: readonly string[]): Promise<void> => {
  expect(world.failures).toEqual([]);
  expect(await tally(world, ids)).toEqual({ sent: COUNT });
  expect([...timesOf(world).values()]).toEqual(ids.map(() => 1));
};

test('P3 F12 no attempt starts at or after the deadline of its worker, however many wait for a slow target', async () => {
  const world = slowWorld({ unitTimeMs: 3_000 });
  const left = watchDeadlines(world);
  const ids = await acceptAll(world);
  await world.runUntil(DUE + 5 * MINUTE);
  await expectEachOnce(world, ids);
  expect(left.length).toBe(COUNT);
  expect(Math.min(...left)).toBeGreaterThan(0);
});

/** Stops the worker that sends, half way. */
const stopHalfWay = async (world: World): Promise<string> => {
  await world.runUntil(DUE + 1_000);
  const first = world.arrivals[0]?.by ?? '';
  expect(world.arrivals.length).toBeLessThan(COUNT);
  world.workers[Number(first.slice('worker-'.length))]?.stop();
  return first;
};

test('P3 a worker that is stopped starts nothing more, and another sends the rest at once', async () => {
  const world = slowWorld();
  // What is due later in the same unit is no reason to wait with the rest.
  await accept(world, [message(DUE + 30_000, 'later')]);
  const ids = await acceptAll(world);
  const first = await stopHalfWay(world);
  await world.runUntil(DUE + 20_000);
  await expectEachOnce(world, ids);
  const starts = (by: string): number[] =>
    world.arrivals.filter((arrival) => arrival.by === by).map(({ at }) => at - DUE);
  const second = world.arrivals.at(-1)?.by ?? '';
  expect(Math.max(...starts(first))).toBeLessThanOrEqual(1_000);
  expect(second).not.toBe(first);
  expect(Math.max(...starts(second))).toBeLessThan(4_000);
});

test('P5 what may be sent once only and waits when its worker stops is sent once, not given up as unknown', async () => {
  const world = slowWorld({ target: { delivery: 'at-most-once' } });
  const ids = await acceptAll(world);
  await stopHalfWay(world);
  await world.runUntil(DUE + 5 * MINUTE);
  await expectEachOnce(world, ids);
});

test('P7 a stop hands back what is due later, to be sent on time', async () => {
  const world = makeWorld({ shards: 1 });
  const ids = await accept(
    world,
    Array.from({ length: 30 }, (_, n) => message(DUE + n * 1_000, n)),
  );
  await world.runUntil(DUE + 10_500);
  const first = world.arrivals[0]?.by ?? '';
  world.workers[Number(first.slice('worker-'.length))]?.stop();
  await world.runUntil(DUE + 2 * MINUTE);
  expect(new Set(world.arrivals.map(({ by }) => by)).size).toBe(2);
  expect(Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt))).toBe(0);
  expect(await tally(world, ids)).toEqual({ sent: 30 });
});
