import { describe, expect, test } from 'vitest';
import { decodePointer } from '../../shared/core/segment/pointer.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { storeThrough } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, bulk, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const lateness = (world: World, from = 0): number =>
  Math.max(...world.arrivals.filter(({ dueAt }) => dueAt >= from).map(({ at, dueAt }) => at - dueAt));

const expectEachOnce = (world: World, ids: readonly string[]): void => {
  expect(world.failures).toEqual([]);
  expect(timesOf(world).size).toBe(ids.length);
  expect(world.arrivals.length).toBe(ids.length);
};

/** One message every `everyMs` for so long, half of them keyed. */
const acceptOver = async (world: World, spanMs: number, everyMs: number): Promise<string[]> => {
  const dues = Array.from({ length: Math.floor(spanMs / everyMs) }, (_, n) => WORLD_START + 6 * MINUTE + n * everyMs);
  const ids = [
    ...(await accept(
      world,
      dues.map((due, n) => message(due, n)),
    )),
  ];
  for (const [n, due] of dues.entries()) if (n % 20 === 0) ids.push((await put(world, `k${n}`, message(due, n))).id);
  return ids;
};

describe('a tick that does not come', () => {
  test.each([
    ['F01 for four minutes: nothing is late', 4],
    ['F02 for nine minutes: late by what the look-ahead does not cover', 9],
  ])('%s', async (_, missing) => {
    const from = WORLD_START / MINUTE + 10;
    const world = makeWorld({ shards: 2, ticks: (minute) => (minute >= from && minute < from + missing ? 0 : 1) });
    const ids = await acceptOver(world, 20 * MINUTE, 1_000);
    await world.runUntil(WORLD_START + 32 * MINUTE);
    expectEachOnce(world, ids);
    const late = lateness(world);
    expect(late).toBeLessThanOrEqual(Math.max(0, missing - 4) * MINUTE);
    if (missing > 5) expect(late).toBeGreaterThan(0);
  });

  test('F04 F40 P17 for three hours: then all that is overdue is sent once, the oldest first, and nothing behind it late', async () => {
    const [from, until] = [WORLD_START / MINUTE + 10, WORLD_START / MINUTE + 190];
    const opened: number[] = [];
    const world: World = makeWorld({
      shards: 2,
      ticks: (minute) => (minute >= from && minute < until ? 0 : 1),
      seams: {
        queue: (owner, queue) => ({
          send: (hints) => {
            const minutes = hints.map(({ body }) => decodePointer(body)?.segment.minute ?? 0);
            if (owner === 'tick' && world.clock.now() === until * MINUTE) opened.push(...minutes);
            return queue.send(hints);
          },
        }),
      },
    });
    const ids = await acceptOver(world, 4 * HOUR, 5_000);
    await world.runUntil(WORLD_START + 4 * HOUR + 15 * MINUTE);
    expectEachOnce(world, ids);
    const resumed = until * MINUTE;
    const overdue = world.arrivals.filter(({ at, dueAt }) => at >= resumed && dueAt < resumed);
    expect(overdue.length).toBeGreaterThan(1_800);
    expect(Math.max(...overdue.map(({ at }) => at)) - resumed).toBeLessThan(10_000);
    expect(new Set(opened).size).toBeGreaterThanOrEqual(180);
    expect(opened.slice(0, 180)).toEqual(opened.slice(0, 180).sort((a, b) => a - b));
    expect(lateness(world, resumed + 1_000)).toBe(0);
    expect((await world.during(world.tick.run())).settledThrough * MINUTE).toBeGreaterThan(WORLD_START + 4 * HOUR);
  });

  test('F03 comes ten times at once, every minute: no attempt more', async () => {
    const world = makeWorld({ shards: 3, ticks: () => 10, latencyMs: () => 3 });
    const ids = await acceptOver(world, 10 * MINUTE, 2_000);
    await world.runUntil(WORLD_START + 22 * MINUTE);
    expectEachOnce(world, ids);
    expect(lateness(world)).toBe(0);
  });

  test('F46 has time for a few buckets only: it goes on where it stopped', async () => {
    const world = makeWorld({ shards: 4, ticks: () => 0, latencyMs: () => 50 });
    const ids = await acceptOver(world, 20 * MINUTE, 10_000);
    for (let minute = 1; minute < 45; minute += 1) {
      await world.runUntil(WORLD_START + minute * MINUTE);
      await world.during(world.tick.run({ budgetMs: 1_500 }), world.clock.now() + 20_000);
    }
    expect(timesOf(world).size).toBe(ids.length);
    expect(world.arrivals.length).toBe(ids.length);
    const { settledThrough } = await world.during(world.tick.run(), world.clock.now() + MINUTE);
    expect(settledThrough * MINUTE).toBeGreaterThan(WORLD_START + 30 * MINUTE);
  });
});

describe('F40 a store that is gone', () => {
  const goneBetween =
    (world: () => World, from: number, until: number) =>
    (_owner: string, store: ItemStore): ItemStore =>
      storeThrough(store, async (_call, run) => {
        const now = world().clock.now();
        if (now >= from && now < until) throw new StoreError('UNAVAILABLE', 'gone');
        return run();
      });

  test.each([
    ['five minutes', 5],
    ['three hours', 180],
  ])('for %s loses nothing that was accepted, and what was sent is not sent again', async (_, minutes) => {
    const from = WORLD_START + 12 * MINUTE + 20_000;
    const until = from + minutes * MINUTE;
    const world: World = makeWorld({ shards: 2, workers: 2, seams: { store: goneBetween(() => world, from, until) } });
    const ids = await acceptOver(world, (minutes + 20) * MINUTE, 5_000);
    await world.runUntil(from + 1_000);
    const refused = bulk(world, [message(until + 5 * MINUTE)], 'refused');
    await expect(world.during(refused)).rejects.toBeInstanceOf(StoreError);
    await world.runUntil(until + 40 * MINUTE);
    expect(timesOf(world).size).toBe(ids.length);
    // What was under way and not yet logged when the store went.
    expect(world.arrivals.length - ids.length).toBeLessThanOrEqual(20);
    const overdue = world.arrivals.filter(({ at, dueAt }) => dueAt < until && at >= until);
    expect(Math.max(...overdue.map(({ at }) => at)) - until).toBeLessThan(3 * MINUTE);
    expect(lateness(world, until + 3 * MINUTE)).toBe(0);
    expect(await tally(world, ids.slice(-20))).toEqual({ sent: 20 });
    const { counts } = await world.during(world.status.status());
    expect(counts).toMatchObject({ accepted: ids.length, sent: ids.length, pending: 0 });
  });
});

describe('F14 T4 a writer that is frozen between its put and its answer', () => {
  const frozen =
    (world: () => World, at: 'before' | 'after', untilMs: number) =>
    (owner: string, store: ItemStore): ItemStore => {
      const sleep = (): Promise<void> =>
        world().clock.sleepUntil(plusMs(world().clock.now(), owner === 'api' ? untilMs : 0));
      return {
        ...store,
        putMany: async (items) => {
          if (at === 'before') await sleep();
          await store.putMany(items);
          if (at === 'after') await sleep();
        },
      };
    };

  test.each([
    ['before', 4],
    ['after', 4],
    ['before', 12],
    ['after', 12],
    ['before', 45],
    ['after', 45],
  ] as const)('%s, for %i minutes: what it acknowledges is sent once, and counted once', async (at, minutes) => {
    const world: World = makeWorld({ shards: 2, seams: { store: frozen(() => world, at, minutes * MINUTE) } });
    const due = WORLD_START + 7 * MINUTE;
    const call = bulk(
      world,
      Array.from({ length: 20 }, (_, n) => message(due + n * 4_000, n)),
    );
    const { ids } = await world.during(call, WORLD_START + 50 * MINUTE);
    const acknowledged = world.clock.now();
    await world.runUntil(Math.max(acknowledged, due) + 10 * MINUTE);
    expectEachOnce(world, ids);
    for (const { at: arrivedAt, dueAt } of world.arrivals) {
      expect(arrivedAt - Math.max(dueAt, acknowledged)).toBeLessThan(1_000);
    }
    const { counts } = await world.during(world.status.status());
    expect(counts).toMatchObject({ accepted: 20, sent: 20, pending: 0 });
    expect(world.store.items().filter(({ pk }) => pk === 'revisit')).toEqual([]);
  });
});
