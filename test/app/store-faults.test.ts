import { describe, expect, test } from 'vitest';
import type { StoreErrorCode } from '../../shared/ports/store-error.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { makeRandom } from '../support/random.ts';
import type { Around } from '../support/seams.ts';
import { storeThrough } from '../support/seams.ts';
import type { World, WorldOptions } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, bulk, failed, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

type Fault = { readonly code: StoreErrorCode; readonly applied: boolean };

/** Whether this call of this process fails, and how. */
type Weather = (owner: string, call: string) => Fault | undefined;

/** A world whose stores fail as the weather says; `applied` calls happen, and their answer is lost. */
const stormyWorld = (weather: Weather, options: WorldOptions = {}): World =>
  makeWorld({
    shards: 2,
    ...options,
    seams: {
      store: (owner, store) => {
        const around: Around = async (call, run) => {
          const fault = weather(owner, call);
          if (!fault) return run();
          if (fault.applied) await run();
          throw new StoreError(fault.code, 'weather');
        };
        return storeThrough(store, around);
      },
    },
  });

const lateness = (world: World): number => Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt));

const isWorker = (owner: string): boolean => owner.startsWith('worker');

const expectEachOnce = async (world: World, ids: readonly string[]): Promise<void> => {
  expect(world.failures).toEqual([]);
  expect([...timesOf(world)].sort()).toEqual(ids.map((id) => [id, 1]).sort());
  expect(await tally(world, ids.slice(0, 50))).toEqual({ sent: Math.min(50, ids.length) });
};

const THROTTLED: Fault = { code: 'THROTTLED', applied: false };
const LOST_ANSWER: Fault = { code: 'UNKNOWN', applied: true };
const LOST_CALL: Fault = { code: 'UNKNOWN', applied: false };

describe('P3 F26 F27 a store that fails workers', () => {
  test.each([
    [1, 0.3, [THROTTLED]],
    [2, 0.3, [LOST_ANSWER]],
    [3, 0.3, [LOST_CALL]],
    [4, 0.5, [THROTTLED, LOST_ANSWER, LOST_CALL]],
    [5, 0.5, [LOST_ANSWER, LOST_CALL]],
  ])('now and then sends nothing twice and loses nothing (seed %i, p = %d, %j)', async (seed, p, faults) => {
    const random = makeRandom(seed);
    let stormy = false;
    const world = stormyWorld((owner) =>
      stormy && isWorker(owner) && random() < p ? faults[Math.floor(random() * faults.length)] : undefined,
    );
    const ids = [
      ...(await accept(
        world,
        Array.from({ length: 400 }, (_, n) => message(DUE + n * 100, n)),
      )),
    ];
    for (let n = 0; n < 40; n += 1) ids.push((await put(world, `k${n}`, message(DUE + n * 1_000, `k${n}`))).id);
    stormy = true;
    await world.runUntil(DUE + 5 * MINUTE);
    stormy = false;
    await expectEachOnce(world, ids);
    expect(lateness(world)).toBeLessThan(20_000);
    expect((await world.during(world.tick.run())).settledThrough).toBeGreaterThan(DUE / MINUTE);
  });

  test.each([
    ['before the first is due', -5_000],
    ['while they are due', 3_000],
  ])('for fifteen seconds on end, from %s, sends nothing twice', async (_, fromMs) => {
    const inStorm = (now: number): boolean => now >= DUE + fromMs && now < DUE + fromMs + 15_000;
    const world: World = stormyWorld((owner) =>
      isWorker(owner) && inStorm(world.clock.now()) ? THROTTLED : undefined,
    );
    const ids = await accept(
      world,
      Array.from({ length: 300 }, (_unused, n) => message(DUE + n * 100, n)),
    );
    await world.runUntil(DUE + 5 * MINUTE);
    await expectEachOnce(world, ids);
    expect(lateness(world)).toBeLessThan(17_500);
  });

  test('F27 whose answers to every record of a log are lost once sends nothing twice, and retries stay one', async () => {
    const lost = new Set<string>();
    const world = stormyWorld(
      (owner, call) => {
        if (!isWorker(owner) || !call.startsWith('put J#') || lost.has(owner + call)) return undefined;
        lost.add(owner + call);
        return LOST_ANSWER;
      },
      { answer: ({ attempt }) => (attempt === 1 ? failed('HTTP_500') : { kind: 'sent' }) },
    );
    const ids = await accept(
      world,
      Array.from({ length: 250 }, (_, n) => message(DUE + n * 20, n)),
    );
    await world.runUntil(DUE + 5 * MINUTE);
    expect(world.failures).toEqual([]);
    expect(lost.size).toBeGreaterThan(3);
    expect([...timesOf(world)].sort()).toEqual(ids.map((id) => [id, 2]).sort());
  });
});

describe('P1 F26 F29 a store that fails an intake', () => {
  test.each([
    ['before it is written', LOST_CALL],
    ['after it is written', LOST_ANSWER],
    ['by throttling', THROTTLED],
  ])('%s, at any one call, leaves a retry of the same key to send each message once', async (_, fault) => {
    let calls = 0;
    let failAt = 0;
    const weather: Weather = (owner) => {
      if (owner !== 'api') return undefined;
      calls += 1;
      return calls === failAt ? fault : undefined;
    };
    for (failAt = 1; failAt <= 6; failAt += 1) {
      calls = 0;
      const world = stormyWorld(weather);
      const now = world.clock.now();
      const messages = Array.from({ length: 30 }, (_unused, n) =>
        message(n % 2 === 0 ? now + 500 : now + 10 * MINUTE, n),
      );
      const first = await world.during(
        bulk(world, messages, 'key').then(
          ({ ids }) => ids,
          () => undefined,
        ),
      );
      // The key of a call that ended without a word is free again after a minute.
      if (!first) await world.runUntil(world.clock.now() + 61_000);
      const again = await world.during(bulk(world, messages, 'key'));
      if (first) expect(again.ids).toEqual(first);
      await world.runUntil(now + 15 * MINUTE);
      await expectEachOnce(world, again.ids);
    }
  });
});
