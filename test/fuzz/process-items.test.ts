import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DamagedRecord } from '../../shared/app/damaged-record.ts';
import type { ProcessRuntime } from '../../shared/app/process/make-process-runtime.ts';
import { Problem } from '../../shared/core/problem.ts';
import type { Item } from '../../shared/ports/item-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { element, makeProcessWorld } from '../support/process-world.ts';
import { sized } from '../support/sized.ts';
import { WORLD_START } from '../support/world.ts';
import { type Damage, damage } from './damage.ts';
import {
  CAST,
  FAR_MS,
  LEADERS,
  POISON,
  POISON_TIMER,
  type Row,
  rowsOf,
  TIMER_AFTER_MS,
  UNANSWERED,
} from './process-cast.ts';
import { SEED } from './seed.ts';

const MINUTE = 60_000;
const FRESH = 'fresh';
const KEYS = ['a', 'b', 'poison'];
const RECORD = {
  id: 'r1',
  line: null,
  bytes: Buffer.from('no element'),
  content: { ok: false, code: 'MALFORMED' },
} as const;

type World = ReturnType<typeof makeProcessWorld>;

/** A world in the middle of its work, with items of every kind that processes leave in a store. */
const makeBusyWorld = async (): Promise<World> => {
  const world = makeProcessWorld({ processes: CAST, shards: 2 });
  for (const name of LEADERS) {
    const process = world.processOf(name);
    const far = { input: 'broadcast', partition: 'http' };
    await world.during(world.processDesk(0).advance(process, far, WORLD_START + 1_000 * MINUTE));
    const rule = { ...element('rules', { n: 1 }), input: 'broadcast' };
    await world.submit(name, [rule]);
    const numbers = { a: 1, b: UNANSWERED, poison: POISON_TIMER };
    const drafts = KEYS.map((key, n) =>
      element(key, { n: numbers[key as keyof typeof numbers] }, { id: `${name}-${n}`, timestamp: WORLD_START }),
    );
    await world.submit(name, drafts);
    await world.during((world.runtimes[0] as ProcessRuntime).feed({ process, partition: 'p', records: [RECORD] }));
  }
  await world.runUntil(WORLD_START + TIMER_AFTER_MS + 5_000);
  for (const runtime of world.runtimes) await world.during(runtime.counters.flush());
  await world.flush();
  return world;
};

/** What an item is, without its place in time and among others. */
const kindOf = ({ table, pk, sk }: Item): string =>
  [table, pk.split('#')[0], /^(J#)?[ELTX](?=#)/.exec(sk)?.[0]].filter(Boolean).join(' ');

const byKind = (world: World): [string, Item[]][] =>
  [...Map.groupBy(world.store.items(), kindOf)].sort(([a], [b]) => (a < b ? -1 : 1));

test('F51 a busy world of process functions has stored items of every kind', async () => {
  expect(byKind(await makeBusyWorld()).map(([kind]) => kind)).toEqual([
    'control broadcast',
    'control cursor',
    'control dead',
    'control lateness',
    'control ledger',
    'control process-counts',
    'control processes',
    'control target-counts',
    'control watermark',
    'keys p',
    'segments event T',
    'segments handed',
    'segments process E',
    'segments process J#L',
    'segments process L',
    'segments send J#L',
    'segments send L',
  ]);
});

const isDeclared = (error: unknown): boolean =>
  error instanceof Problem || error instanceof DamagedRecord || error instanceof StoreError;

const outcomeOf = async <T>(world: World, call: () => Promise<T>): Promise<T | 'refused'> => {
  try {
    return await world.during(call(), world.clock.now() + 60_000);
  } catch (error) {
    if (isDeclared(error)) return 'refused';
    throw error;
  }
};

/** Every use case of processes, on everything that may touch the damaged item. */
const useAll = async (world: World): Promise<void> => {
  const desk = world.processDesk(1);
  for (const name of LEADERS) {
    const process = world.processOf(name);
    await outcomeOf(world, () => desk.describe(process));
    await outcomeOf(world, () => desk.keys(process, { limit: 10 }));
    for (const key of KEYS) {
      const timer = { domain: 'processing', at: WORLD_START, name: 'far' } as const;
      await outcomeOf(world, () => desk.key(process, key));
      await outcomeOf(world, () => desk.armTimer(process, key, { timer, at: WORLD_START + 5 * MINUTE }));
      await outcomeOf(world, () => desk.deleteTimer(process, key, timer));
      await outcomeOf(world, () =>
        desk.submit(process, [element(key, { n: POISON }, { timestamp: WORLD_START })], 'p'),
      );
    }
    const rule = { ...element('rules', { n: 2 }), input: 'broadcast' };
    await outcomeOf(world, () => desk.submit(process, [rule], 'http'));
    const letters = world.deadLetters.list({ target: `process:${name}`, limit: 10 });
    await outcomeOf(world, () => letters);
    await outcomeOf(world, () => world.deadLetters.redrive({ target: `process:${name}` }));
  }
};

const damageOne = async (world: World, pick: number, { apply }: Damage): Promise<Item> => {
  const kinds = byKind(world);
  const [, items] = kinds[pick % kinds.length] as [string, Item[]];
  const item = items[Math.floor(pick / kinds.length) % items.length] as Item;
  const other = items.find(({ pk, sk }) => pk !== item.pk || sk !== item.sk) ?? item;
  await world.during(world.bareStore.put(apply(item, other), 'any'));
  return item;
};

/**
 * A process stands still while what all its keys read is damaged, and so does one that hands on to it, so that nothing is
 * lost between them; every other, and every other key, goes on.
 */
const standsStill = ({ pk }: Item, name: string): boolean =>
  [`broadcast#${name}`, `watermark#${name}`, `watermark#${name}-next`].includes(pk);

test('F51 P10 whatever one stored item of a process becomes, every call ends as it says, and other keys and processes go on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: 10_000 }), damage, async (pick, change) => {
      const world = await makeBusyWorld();
      const item = await damageOne(world, pick, change);
      const told = `${item.table} ${item.pk} ${item.sk}`;
      await useAll(world);
      const going = LEADERS.filter((name) => !standsStill(item, name));
      for (const name of going) {
        const at = { timestamp: world.clock.now(), id: `${name}-fresh` };
        const fates = await world.submit(name, [element(FRESH, { n: 1 }, at)]);
        expect([told, fates]).toEqual([told, [{ kind: 'accepted' }]]);
      }
      await world.runUntil(world.clock.now() + TIMER_AFTER_MS + 5_000);
      for (const name of going) await world.advance(name, world.clock.now());
      await world.runUntil(world.clock.now() + FAR_MS);
      const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();
      const fresh = (world.bodies() as Row[]).filter(({ k }) => k === FRESH);
      expect([told, sorted(fresh)]).toEqual([told, sorted(going.flatMap((name) => rowsOf(name, FRESH)))]);
      expect([told, world.failures.filter((error) => !isDeclared(error))]).toEqual([told, []]);
    }),
    { seed: SEED, numRuns: sized(20, 200) },
  );
});
