import type { Channel } from '../../shared/ports/channel.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import type { PointerQueue } from '../../shared/ports/pointer-queue.ts';

/** What a test may put between one process (by its name: `api`, `tick`, `worker-0`, …) and the world. */
export type Seams = {
  readonly store?: (owner: string, store: ItemStore) => ItemStore;
  readonly queue?: (owner: string, queue: PointerQueue) => PointerQueue;
  readonly clock?: (owner: string, clock: Clock) => Clock;
  readonly channel?: (owner: string, channel: Channel) => Channel;
};

/** Every call of a port, told by its name; `run` makes it. */
export type Around = <T>(call: string, run: () => Promise<T>) => Promise<T>;

/** A store whose every call goes through `around`. */
export const storeThrough = (store: ItemStore, around: Around): ItemStore => ({
  get: (key) => around(`get ${key.sk}`, () => store.get(key)),
  getMany: (keys) => around('getMany', () => store.getMany(keys)),
  put: (item, expect) => around(`put ${item.sk}`, () => store.put(item, expect)),
  putMany: (items) => around(`putMany ${items[0]?.sk ?? ''}`, () => store.putMany(items)),
  remove: (key, expect) => around(`remove ${key.sk}`, () => store.remove(key, expect)),
  query: (range) => around(`query ${range.from}`, () => store.query(range)),
  add: (key, counts) => around('add', () => store.add(key, counts)),
});

/** A queue whose every call goes through `around`. */
export const queueThrough = (queue: PointerQueue, around: Around): PointerQueue => ({
  send: (hints) => around('send', () => queue.send(hints)),
});

/** The clock of a machine that is `aheadMs` ahead of the world's. */
export const aheadClock = (clock: Clock, aheadMs: number): Clock => ({
  now: () => (clock.now() + aheadMs) as ReturnType<Clock['now']>,
  sleepUntil: (at, signal) => clock.sleepUntil((at - aheadMs) as typeof at, signal),
});
