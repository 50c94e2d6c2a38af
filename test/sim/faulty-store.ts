import type { Expect, Item, ItemKey, ItemStore } from '../../shared/ports/item-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import type { Actor } from './actor.ts';
import type { Dice } from './dice.ts';
import type { Weather } from './weather.ts';

/** One call of `BatchWriteItem` or `BatchGetItem`. */
const BATCH = 25;

export type StoreWorld = {
  /** What is really stored; every write there is seen by the checkers. */
  readonly truth: ItemStore;
  readonly weather: Weather;
  readonly dice: Dice;
  readonly latencyMs: number;
  /** Struck before and after every call of the actor: it may die or freeze there. */
  readonly beforeCall: (actor: Actor, call: string) => void;
  /** Every answer has the store's time on it. */
  readonly onAnswer: () => void;
};

const throttled = (): StoreError => new StoreError('THROTTLED', 'simulated throttle');
const unknown = (): StoreError => new StoreError('UNKNOWN', 'simulated lost answer');
const unavailable = (): StoreError => new StoreError('UNAVAILABLE', 'simulated outage');

/** Figures are estimates; a store that refuses only them is a metric sink that is down. */
const FIGURE_CALL = 'add';

/** The store as one actor sees it: slow, throttling, forgetful of answers, and down at times. */
export const makeFaultyStore = (actor: Actor, world: StoreWorld): ItemStore => {
  const { truth, weather, dice } = world;

  const way = (): { there: number; back: () => number } => {
    const slow = dice.chance(0.02) ? 20 : 1;
    const there = dice.int(1, world.latencyMs * slow);
    const back = dice.chance(0.3) ? dice.int(1, world.latencyMs) : 0;
    return { there, back: () => back };
  };

  /** What refuses the call before it does anything. */
  const refusal = (call: string, pk: string): StoreError | undefined => {
    if (weather.isDown('store')) return dice.chance(0.5) ? unavailable() : unknown();
    if (call === FIGURE_CALL && weather.strikes('F50', 0.8)) return unavailable();
    if (weather.strikes('F26', 0.08)) return throttled();
    if (weather.isOn('F33') && pk.endsWith('#0') && weather.strikes('F33', 0.3)) return throttled();
    return undefined;
  };

  const ask = <T>(call: string, key: { pk: string }, act: () => Promise<T>): Promise<T> => {
    world.beforeCall(actor, call);
    const actUnlessRefused = (): Promise<T> => {
      const refused = refusal(call, key.pk);
      return refused ? Promise.reject(refused) : act();
    };
    return actor.ask(way(), actUnlessRefused, world.onAnswer);
  };

  /** Writes may be done although nobody says so; a client that tries again by itself sees its own write (F27). */
  const askWrite = <T>(call: string, key: { pk: string }, act: () => Promise<T>): Promise<T> =>
    ask(call, key, async () => {
      if (weather.strikes('F27', 0.02)) throw unknown();
      const result = await act();
      if (weather.strikes('F27', 0.04)) throw unknown();
      return weather.strikes('F27', 0.03) ? act() : result;
    });

  const putBatch = async (items: readonly Item[]): Promise<void> => {
    await ask('putMany', items[0] as Item, async () => {
      const stored = weather.strikes('F29', 0.15) ? dice.int(0, items.length - 1) : items.length;
      await truth.putMany(items.slice(0, stored));
      if (stored < items.length) throw throttled();
      if (weather.strikes('F27', 0.02)) throw unknown();
    });
  };

  const batchesOf = <T>(list: readonly T[]): (readonly T[])[] => {
    const size = weather.isOn('F29') ? dice.int(1, BATCH) : BATCH;
    if (list.length <= size) return list.length > 0 ? [list] : [];
    return Array.from({ length: Math.ceil(list.length / size) }, (_, n) => list.slice(n * size, (n + 1) * size));
  };

  return {
    get: (key) => ask('get', key, () => truth.get(key)),
    getMany: async (keys) => {
      const found: Item[] = [];
      for (const batch of batchesOf(keys)) {
        found.push(...(await ask('getMany', batch[0] as ItemKey, () => truth.getMany(batch))));
      }
      return found;
    },
    put: (item: Item, expect: Expect) => askWrite('put', item, () => truth.put(item, expect)),
    putMany: async (items) => {
      for (const batch of batchesOf(items)) await putBatch(batch);
    },
    remove: (key, expect) => askWrite('remove', key, () => truth.remove(key, expect)),
    query: (range) => ask('query', range, () => truth.query(range)),
    add: (key, counts) => askWrite('add', key, () => truth.add(key, counts)),
  };
};
