import { describe, expect, test } from 'vitest';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { makeRandom } from '../support/random.ts';
import { storeThrough } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, bulk, message, timesOf } from './calls.ts';

const MINUTE = 60_000;

const DUE = WORLD_START + 7 * MINUTE + 10_000;

const BUCKET_END = WORLD_START + 8 * MINUTE;

/** A put that ends here may miss the sweep, which has not come yet. */
const NEAR_SWEEP = BUCKET_END + 28_000;

/** The tick that passes the bucket of `DUE`. */
const SWEEP = BUCKET_END + MINUTE;

// The calls of a writer at which a test lets it stand still.
const ENTRY = /^putMany E#/;
const MARK = /^put send#/;
const CURSOR = /^put send$/;
const LOG = /^(query|put) J#E#/;
const ANNOUNCEMENT = /^put J#E#/;

/** Where a writer stands still, in this order, and until when. */
type Stops = readonly (readonly [call: RegExp, until: number])[];

const stopping = (world: World, store: ItemStore, stops: Stops): ItemStore => {
  const left = [...stops];
  return storeThrough(store, async (call, run) => {
    const [where, until] = left[0] ?? [];
    if (where?.test(call) && until !== undefined) {
      left.shift();
      await world.clock.sleepUntil(epochMs(until));
    }
    return run();
  });
};

/** A call for the bucket, made before its close by a process that stands still on its way; its hints are lost. */
const callLate = (world: World, name: string, stops: Stops): void => {
  const { desk } = world.makeApi(name, {
    store: (_, store) => stopping(world, store, stops),
    queue: () => ({ send: async () => [] }),
  });
  world.track(bulk({ desk }, [message(DUE, name)]));
};

/** A hint of before comes once more. */
const repeatHint = (world: World): Promise<unknown> => {
  const [segment] = world.store.items().flatMap(({ pk, sk }) => (sk.startsWith('E#') ? [pk.split('#')] : []));
  const [timeline = '', minute, shard] = segment ?? [];
  const unit = { segment: { timeline, minute: Number(minute), shard: Number(shard) }, lane: 'E' } as const;
  return world.queue.send([{ body: encodePointer(unit), delaySeconds: 0 }]);
};

/** All was sent once and counted once, and nothing is left to look at. */
const expectWhole = async (world: World, messages: number): Promise<void> => {
  await world.runUntil(SWEEP + 20 * MINUTE);
  expect(world.failures).toEqual([]);
  expect([...timesOf(world).values()]).toEqual(Array.from({ length: messages }, () => 1));
  const { counts } = await world.during(world.status.status(), world.clock.now() + MINUTE);
  expect(counts).toMatchObject({ accepted: messages, sent: messages, pending: 0 });
  expect(world.store.items().filter(({ pk }) => pk === 'revisit')).toEqual([]);
};

/** A world in which the unit of `DUE` is going to be settled with one message. */
const makeSettled = async (): Promise<World> => {
  const world = makeWorld({ shards: 1 });
  await accept(world, [message(DUE, 'in time')]);
  return world;
};

describe('P1 F14 T3 T4 writers that stand still where a unit is settled', () => {
  test('the sweep passes while one is about to announce: what it acknowledges is sent, though its hint is lost', async () => {
    const world = await makeSettled();
    callLate(world, 'late', [
      [ENTRY, NEAR_SWEEP],
      [CURSOR, NEAR_SWEEP],
      [LOG, SWEEP + 30_000],
    ]);
    await expectWhole(world, 2);
  });

  test('… and when a tick has already looked at its mark', async () => {
    const world = await makeSettled();
    callLate(world, 'late', [
      [ENTRY, NEAR_SWEEP],
      [CURSOR, NEAR_SWEEP],
      [LOG, SWEEP + 3 * MINUTE],
      [ANNOUNCEMENT, SWEEP + 6 * MINUTE],
    ]);
    await expectWhole(world, 2);
  });

  test('one stands still from before that until behind it, with no thought of the sweep', async () => {
    const world = await makeSettled();
    callLate(world, 'late', [
      [ENTRY, DUE + 5_000],
      [LOG, SWEEP + 30_000],
    ]);
    await expectWhole(world, 2);
  });

  test('one comes back to its mark when a tick has counted what it announced: it is counted once', async () => {
    const world = await makeSettled();
    callLate(world, 'slow', [
      [ENTRY, SWEEP + 5_000],
      [ANNOUNCEMENT, SWEEP + 6_000],
      [MARK, SWEEP + 6 * MINUTE],
    ]);
    callLate(world, 'quick', [[ENTRY, SWEEP + 10_000]]);
    await expectWhole(world, 3);
  });

  test('what a first one announced is settled before a second one announces: both are counted', async () => {
    const world = await makeSettled();
    callLate(world, 'first', [
      [ENTRY, SWEEP + 5_000],
      [ANNOUNCEMENT, SWEEP + 6_000],
      [MARK, SWEEP + 50_000],
    ]);
    callLate(world, 'second', [[ENTRY, SWEEP + 40_000]]);
    await world.runUntil(SWEEP + 10_000);
    await repeatHint(world);
    await expectWhole(world, 3);
  });

  test('of two, one announces before the sweep looks and one behind it', async () => {
    const world = await makeSettled();
    callLate(world, 'before', [
      [ENTRY, NEAR_SWEEP],
      [CURSOR, NEAR_SWEEP],
      [ANNOUNCEMENT, SWEEP + 2 * MINUTE],
      [MARK, SWEEP + 7 * MINUTE],
    ]);
    callLate(world, 'behind', [[ENTRY, SWEEP + 2 * MINUTE + 10_000]]);
    await world.runUntil(SWEEP + 2 * MINUTE + 5_000);
    await repeatHint(world);
    await expectWhole(world, 3);
  });
});

/** Where any of them may stand still, in the order of their ways. */
const WAY = [ENTRY, MARK, CURSOR, LOG, ANNOUNCEMENT, MARK] as const;

/** Four writers that stand still anywhere around the sweep; ticks come up to three at once, and take their time. */
const makeCrowd = async (seed: number): Promise<World> => {
  const random = makeRandom(seed);
  const world = makeWorld({
    shards: 1,
    ticks: () => 1 + Math.floor(random() * 3),
    latencyMs: () => Math.floor(random() * (random() < 0.1 ? 2_000 : 20)),
  });
  await world.during(bulk(world, [message(DUE, 'in time')]), WORLD_START + MINUTE);
  for (let n = 0; n < 4; n += 1) {
    // The latter half finds the bucket closed and takes the late lane.
    if (n === 2) await world.runUntil(DUE - MINUTE);
    let at = random() < 0.3 ? DUE + 5_000 : NEAR_SWEEP;
    callLate(
      world,
      `writer ${n}`,
      WAY.filter((where) => where === ENTRY || random() < 0.5).map((where) => {
        at += Math.floor(random() * MINUTE);
        return [where, at] as const;
      }),
    );
  }
  for (let minute = 0; minute < 5; minute += 1) {
    await world.runUntil(SWEEP + minute * MINUTE + Math.floor(random() * MINUTE));
    await repeatHint(world);
  }
  return world;
};

test.each(Array.from({ length: 60 }, (_, n) => n + 1))(
  'P1 F03 F09 F14 whatever they and overlapping ticks do at once, all is sent once and counted once (seed %i)',
  async (seed) => {
    await expectWhole(await makeCrowd(seed), 5);
  },
);
