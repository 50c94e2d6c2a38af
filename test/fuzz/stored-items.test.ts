import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedRecord } from '../../shared/app/damaged-record.ts';
import { Problem } from '../../shared/core/problem.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Item } from '../../shared/ports/item-store.ts';
import { accept, bulk, failed, message, put } from '../app/calls.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { type Damage, damage } from './damage.ts';
import { SEED } from './seed.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;
const LATER = DUE + 8 * MINUTE;
const KEY = 'once';

const early = (n: number) => message(DUE + n * 100, n, { target: n % 5 === 0 ? 'broken' : 'push' });

/** A world in the middle of its work, with items of every kind in its store. */
const makeBusyWorld = async (): Promise<{ world: World; ids: readonly string[] }> => {
  const world = makeWorld({
    shards: 2,
    workers: 2,
    target: { ratePerSecond: 1_000 },
    targets: [{ name: 'broken', retry: { maxAttempts: 1, delaysMs: [1_000], jitter: 0 } }],
    answer: ({ attempt }, _at, { name }) => (name === 'broken' && attempt > 0 ? failed('HTTP_500') : { kind: 'sent' }),
  });
  const ids = (
    await world.during(
      bulk(
        world,
        Array.from({ length: 20 }, (_, n) => early(n)),
        KEY,
      ),
    )
  ).ids;
  await put(world, 'moved', message(DUE + 400, 'moved'));
  await put(world, 'moved', message(LATER, 'again'));
  await put(world, 'gone', message(LATER, 'gone'));
  await world.during(world.desk.cancel('gone'));
  await world.during(world.desk.cancel(ids[1] ?? ''));
  await world.runUntil(DUE + 900);
  await world.flush();
  return { world, ids };
};

/** What must be damaged for this to be thrown: nothing else may come out of a call. */
const isDeclared = (error: unknown): boolean => error instanceof Problem || error instanceof DamagedRecord;

const outcomeOf = async <T>(world: World, call: () => Promise<T>): Promise<T | 'refused'> => {
  try {
    return await world.during(call(), world.clock.now() + 30_000);
  } catch (error) {
    if (isDeclared(error)) return 'refused';
    throw error;
  }
};

/** Every use case of the API, on everything that may touch the damaged item. */
const useAll = async (world: World, ids: readonly string[]): Promise<void> => {
  const { desk, status, deadLetters } = world;
  for (const id of [...ids, 'moved', 'gone']) {
    await outcomeOf(world, () => desk.find(id));
    await outcomeOf(world, () => desk.explain(id));
    await outcomeOf(world, () => desk.cancel(id));
  }
  await outcomeOf(world, () => status.status());
  await outcomeOf(world, () => status.buckets({ from: epochMs(WORLD_START), to: epochMs(LATER), limit: 100 }));
  await outcomeOf(world, () => deadLetters.list({ limit: 100 }));
  await outcomeOf(world, () => deadLetters.redrive({ target: 'broken' }));
  await outcomeOf(world, () =>
    bulk(
      world,
      Array.from({ length: 20 }, (_, n) => early(n)),
      KEY,
    ),
  );
  await outcomeOf(world, () => desk.putKeyed('moved', message(LATER + MINUTE, 'healed')));
};

const damageOne = async (world: World, pick: number, { apply }: Damage): Promise<Item> => {
  const items = world.store.items();
  const item = items[pick % items.length] as Item;
  await world.during(world.bareStore.put(apply(item, items[(pick * 7 + 3) % items.length] as Item), 'any'));
  return item;
};

test('F51 P10 whatever one stored item becomes, every call ends as it says, and what is accepted behind it is sent once and on time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 10_000 }), damage, async (pick, change) => {
      const { world, ids } = await makeBusyWorld();
      const item = await damageOne(world, pick, change);
      const told = `${item.table} ${item.pk} ${item.sk}`;
      const fresh = await accept(
        world,
        [0, 1, 2, 3].map((n) => message(LATER + n * 700, n)),
      );
      await useAll(world, ids);
      await world.runUntil(LATER + 3 * MINUTE);
      expect([told, world.failures.filter((error) => !isDeclared(error))]).toEqual([told, []]);
      const arrived = world.arrivals.filter(({ id }) => fresh.includes(id));
      expect([told, arrived.map(({ id }) => id).sort()]).toEqual([told, [...fresh].sort()]);
      expect([told, arrived.filter(({ at, dueAt }) => at > dueAt)]).toEqual([told, []]);
    }),
    { seed: SEED, numRuns: 60 },
  );
});
