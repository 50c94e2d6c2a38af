import { describe, expect, test } from 'vitest';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { makeRandom } from '../support/random.ts';
import type { Around, Seams } from '../support/seams.ts';
import { queueThrough, storeThrough } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;

const lateness = (world: World): number => Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt));

/** Bulk messages in the scheduled lane over a minute and a half, some keyed, and some that come late. */
const acceptMany = async (world: World): Promise<string[]> => {
  const ids = [
    ...(await accept(
      world,
      Array.from({ length: 300 }, (_, n) => message(DUE + n * 300, n)),
    )),
  ];
  for (let n = 0; n < 20; n += 1) ids.push((await put(world, `k${n}`, message(DUE + n * 4_000, `k${n}`))).id);
  await world.runUntil(DUE - 90_000);
  ids.push(
    ...(await accept(
      world,
      Array.from({ length: 60 }, (_, n) => message(DUE + n * 1_000, `late ${n}`)),
    )),
  );
  return ids;
};

const expectEachOnce = (world: World, ids: readonly string[]): void => {
  expect(world.failures).toEqual([]);
  expect([...timesOf(world)].sort()).toEqual(ids.map((id) => [id, 1]).sort());
};

describe('a queue that does not do what one would like', () => {
  test('F09 F11 and shows every pointer three times: nothing is sent twice', async () => {
    const world = makeWorld({
      shards: 2,
      workers: 3,
      seams: { queue: (_, queue) => ({ send: (hints) => queue.send(hints.flatMap((hint) => [hint, hint, hint])) }) },
    });
    const ids = await acceptMany(world);
    await world.runUntil(DUE + 4 * MINUTE);
    expectEachOnce(world, ids);
    expect(lateness(world)).toBe(0);
  });

  test.each([1, 2, 3, 4])(
    'F10 and shows pointers late and in any order: each message once, no later than they (seed %i)',
    async (seed) => {
      const random = makeRandom(seed);
      const world = makeWorld({
        shards: 2,
        workers: 3,
        seams: {
          queue: (_, queue) => ({
            send: (hints) =>
              queue.send(
                hints.map(({ body, delaySeconds }) => ({
                  body,
                  delaySeconds: delaySeconds + Math.floor(random() * 40),
                })),
              ),
          }),
        },
      });
      const ids = await acceptMany(world);
      await world.runUntil(DUE + 6 * MINUTE);
      expectEachOnce(world, ids);
      // A unit is handed back while nothing is due for long, so its items can wait for two pointers.
      expect(lateness(world)).toBeLessThan(2 * 40_000);
    },
  );

  test('F10 and shows pointers minutes too early: each message once, on time', async () => {
    const world = makeWorld({
      shards: 2,
      seams: {
        queue: (_, queue) => ({
          send: (hints) => queue.send(hints.flatMap((hint) => [hint, { ...hint, delaySeconds: 0 }])),
        }),
      },
    });
    const ids = await acceptMany(world);
    await world.runUntil(DUE + 4 * MINUTE);
    expectEachOnce(world, ids);
    expect(lateness(world)).toBe(0);
  });

  test('P1 and loses all pointers of five minutes: the sweep drives all again, within a tick and 20 s', async () => {
    const world: World = makeWorld({
      shards: 2,
      seams: {
        queue: (_, queue) => ({
          send: async (hints) =>
            world.clock.now() > DUE - 5 * MINUTE && world.clock.now() < DUE + 500 ? [] : queue.send(hints),
        }),
      },
    });
    const ids = await acceptMany(world);
    await world.runUntil(DUE + 6 * MINUTE);
    expectEachOnce(world, ids);
    expect(lateness(world)).toBeGreaterThan(20_000);
    expect(lateness(world)).toBeLessThanOrEqual(80_000);
  });

  test('F06 F41 and takes no pointer for minutes: nothing is lost, and the buckets are opened when it does again', async () => {
    const world: World = makeWorld({
      shards: 2,
      seams: {
        queue: (_, queue) => ({
          send: async (hints) => (world.clock.now() < DUE - MINUTE ? hints : queue.send(hints)),
        }),
      },
    });
    const ids = await accept(
      world,
      Array.from({ length: 300 }, (_, n) => message(DUE + n * 300, n)),
    );
    await world.runUntil(DUE + 4 * MINUTE);
    expectEachOnce(world, ids);
    // The tick that follows still comes before they are due.
    expect(lateness(world)).toBe(0);
  });
});

/** Everything that one process waits for comes only when it thaws; meanwhile it does nothing. */
const freezing = (owner: string, from: number, until: number, world: () => World): Seams => {
  const thaw = async (): Promise<void> => {
    const now = world().clock.now();
    if (now >= from && now < until) await world().clock.sleepUntil(epochMs(until));
  };
  const around: Around = async (_call, run) => {
    await thaw();
    const result = await run();
    await thaw();
    return result;
  };
  const frozenClock = (clock: Clock): Clock => ({
    now: clock.now,
    sleepUntil: async (at, signal) => {
      await clock.sleepUntil(at, signal);
      await thaw();
    },
  });
  return {
    store: (of, store) => (of === owner ? storeThrough(store, around) : store),
    queue: (of, queue) => (of === owner ? queueThrough(queue, around) : queue),
    clock: (of, clock) => (of === owner ? frozenClock(clock) : clock),
  };
};

describe('F14 a worker that is frozen', () => {
  test.each([
    ['past its lease', 45_000],
    ['until another has long taken over and ended', 120_000],
    ['shorter than its lease', 8_000],
  ])('%s does nothing any more for what is not its own when it wakes', async (_, frozenMs) => {
    for (const [seed, from] of [1_100, 4_350, 9_999, 15_001, 22_480, 31_700].entries()) {
      const world: World = makeWorld({
        shards: 1,
        workers: 2,
        answer: ({ payload, attempt }) =>
          attempt === 1 && new TextDecoder().decode(payload).includes('7') ? failed('HTTP_500') : { kind: 'sent' },
        seams: freezing('worker-1', DUE + from, DUE + from + frozenMs, () => world),
      });
      const ids = await accept(
        world,
        Array.from({ length: 250 }, (_unused, n) => message(DUE + n * 200, n)),
      );
      await world.runUntil(DUE + 5 * MINUTE);
      expect(world.failures).toEqual([]);
      expect(
        await tally(
          world,
          ids.filter((_id, n) => n % 9 === seed),
        ),
      ).toEqual({ sent: expect.any(Number) });
      const first = (attempt: number) => world.arrivals.filter((arrival) => arrival.attempt === attempt);
      expect(new Set(first(1).map(({ id }) => id)).size).toBe(250);
      expect(first(1)[0]?.by).toBe('worker-1');
      const took = first(1).find(({ by }) => by === 'worker-0')?.at;
      if (frozenMs < 20_000) expect(first(1).length).toBe(250);
      // What it sent before and had not logged comes twice, all of it within one interval between records.
      expect(first(1).length - 250).toBeLessThanOrEqual(50);
      const afterwards = first(1).filter(({ by, at }) => by === 'worker-1' && took !== undefined && at >= took);
      expect(afterwards).toEqual([]);
    }
  });

  test('is refused by the log, and its decisions count nowhere', async () => {
    const world: World = makeWorld({
      shards: 1,
      workers: 2,
      // The answers to what it sent before come to it when it has thawed: they must not be booked a second time.
      answer: ({ dueAt }) => (dueAt < DUE + 1_000 ? slowAnswer() : { kind: 'sent' }),
      seams: freezing('worker-1', DUE + 1_050, DUE + 2 * MINUTE, () => world),
    });
    const slowAnswer = async () => {
      await world.clock.sleepUntil(plusMs(world.clock.now(), 2_000));
      return { kind: 'sent' as const };
    };
    const ids = await accept(
      world,
      Array.from({ length: 40 }, (_, n) => message(DUE + n * 250, n)),
    );
    await world.runUntil(DUE + 6 * MINUTE);
    expect(await tally(world, ids)).toEqual({ sent: 40 });
    expect((await world.during(world.status.status())).counts).toMatchObject({ accepted: 40, sent: 40, pending: 0 });
  });
});
