import { describe, expect, test } from 'vitest';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { parsePartitionKey } from '../../shared/core/segment/segment-key.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { aheadClock } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { failed, message, put } from './calls.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const DUE = WORLD_START + 30 * SECOND;

type Put = ReturnType<ItemStore['put']>;

/** What happens to the next write of a key's item by a process. */
type Turn = (write: () => Put, world: World) => Put;

const lostAnswer = (): StoreError => new StoreError('UNKNOWN', 'no answer');

/** It is stored, and nobody hears of it. */
const answerLost: Turn = async (write) => {
  await write();
  throw lostAnswer();
};

/** Its caller waits for `ms` before it even starts. */
const heldFor =
  (ms: number): Turn =>
  async (write, { clock }) => {
    await clock.sleepUntil(plusMs(clock.now(), ms));
    return write();
  };

/** Its caller gives up at once, and it comes to the store at `at`. */
const onItsWayUntil =
  (at: number, ended: (how: string) => void): Turn =>
  (write, { clock, track }) => {
    track(clock.sleepUntil(at as ReturnType<typeof clock.now>).then(async () => ended(await write())));
    throw lostAnswer();
  };

/** A world in which the writes of key items of a process take the turns that it is given, one each. */
const makeTurns = () => {
  const turns = new Map<string, Turn>();
  const world: World = makeWorld({
    shards: 1,
    seams: {
      store: (owner, store) => ({
        ...store,
        put: async (item, expected) => {
          const turn = item.table === 'keys' ? turns.get(owner) : undefined;
          if (!turn) return store.put(item, expected);
          turns.delete(owner);
          return turn(() => store.put(item, expected), world);
        },
      }),
    },
  });
  return { world, turns };
};

const bodies = (world: World): string[] => world.arrivals.map(({ body }) => body);

const countsOf = async (world: World) => {
  await world.runUntil(world.clock.now() + 20 * MINUTE);
  expect(world.failures).toEqual([]);
  return (await world.during(world.status.status())).counts;
};

/** A worker looks at the reference before its writer sends a hint to it. */
const hintToLate = async (world: World): Promise<void> => {
  const { pk, sk } = world.store.items().find((item) => item.sk.startsWith('L#')) ?? {};
  const segment = parsePartitionKey(pk ?? '');
  if (!segment || sk === undefined) throw new Error('no reference was stored');
  await world.queue.send([{ body: encodePointer({ segment, lane: 'L', sk }), delaySeconds: 0 }]);
};

const refusedPut = async (world: World, key: string, one: ReturnType<typeof message>): Promise<void> => {
  await expect(world.during(world.desk.putKeyed(key, one))).rejects.toBeInstanceOf(StoreError);
};

describe('G1 P1 a PUT', () => {
  test('F27 whose commit was stored without an answer, and that was repeated, is sent', async () => {
    const { world, turns } = makeTurns();
    turns.set('api', answerLost);
    await refusedPut(world, 'k', message(DUE, 'a'));
    const { duplicate, view } = await world.during(world.desk.putKeyed('k', message(DUE, 'a')));
    expect(duplicate).toBe(true);
    await countsOf(world);
    expect(world.arrivals.map(({ id }) => id)).toEqual([view.id]);
  });

  test('F27 whose commit was stored without an answer, and that was repeated and replaced, counts once', async () => {
    const { world, turns } = makeTurns();
    turns.set('api', answerLost);
    await refusedPut(world, 'k', message(DUE + 8 * MINUTE, 'a'));
    const again = await world.during(world.desk.putKeyed('k', message(DUE + 8 * MINUTE, 'a')));
    expect(again).toMatchObject({ duplicate: true });
    await put(world, 'k', message(DUE + 9 * MINUTE, 'b'));
    expect(await countsOf(world)).toMatchObject({ accepted: 2, cancelled: 1, sent: 1 });
    expect(bodies(world)).toEqual(['{"n":"b"}']);
  });

  test('F27 whose commit comes to the store when its reference was found is not stored, and its repetition is sent', async () => {
    const { world, turns } = makeTurns();
    const ended: string[] = [];
    turns.set(
      'api',
      onItsWayUntil(DUE - 100, (how) => ended.push(how)),
    );
    await refusedPut(world, 'k', message(DUE, 'a'));
    await world.runUntil(DUE - 50);
    expect(ended).toEqual(['conflict']);
    const again = await world.during(world.desk.putKeyed('k', message(DUE, 'a')));
    expect(again).toMatchObject({ duplicate: false, replaced: false });
    expect(await countsOf(world)).toMatchObject({ accepted: 1, cancelled: 0, sent: 1 });
    expect(world.arrivals.map(({ id }) => id)).toEqual([again.view.id]);
  });

  test('F27 whose commit comes too late does not replace the message that was there', async () => {
    const { world, turns } = makeTurns();
    const old = await put(world, 'k', message(DUE + 10 * MINUTE, 'old'));
    const ended: string[] = [];
    // The first try finds that the key is taken.
    turns.set('api', async (write) => {
      turns.set(
        'api',
        onItsWayUntil(DUE + SECOND, (how) => ended.push(how)),
      );
      return write();
    });
    await refusedPut(world, 'k', message(DUE, 'new'));
    await world.runUntil(DUE + 2 * SECOND);
    expect(ended).toEqual(['conflict']);
    expect(await world.during(world.desk.find('k'))).toMatchObject({ id: old.id, state: 'pending' });
    expect(await countsOf(world)).toMatchObject({ accepted: 1, cancelled: 0, sent: 1 });
    expect(bodies(world)).toEqual(['{"n":"old"}']);
  });

  test.each([
    ['while another one made a message', 5, 'absent'],
    ['while another one replaced the message', 5, 'there'],
    ['for longer than any lease', 90, 'absent'],
  ])('F14 that is stopped before its commit %s takes another reference, and is sent', async (_, seconds, before) => {
    const { world, turns } = makeTurns();
    if (before === 'there') await put(world, 'k', message(DUE + 9 * MINUTE, 'old'));
    turns.set('api', heldFor(seconds * SECOND));
    const stopped = world.desk.putKeyed('k', message(WORLD_START + 3 * SECOND, 'stopped'));
    await world.runUntil(WORLD_START + SECOND);
    const other = world.makeApi('api-2').desk.putKeyed('k', message(DUE + 10 * MINUTE, 'other'));
    const { view } = await world.during(other);
    await hintToLate(world);
    const { replaced } = await world.during(stopped, WORLD_START + 3 * MINUTE);
    expect(replaced).toBe(true);
    expect(await world.during(world.desk.find(view.id))).toMatchObject({ state: 'cancelled' });
    const cancelled = before === 'there' ? 2 : 1;
    expect(await countsOf(world)).toMatchObject({ accepted: cancelled + 1, cancelled, sent: 1 });
    expect(bodies(world)).toEqual(['{"n":"stopped"}']);
  });

  test('F36 that finds the guard ahead of its own clock is stamped behind it', async () => {
    const { world } = makeTurns();
    const ahead = world.makeApi('api-2', { clock: (_, clock) => aheadClock(clock, 9_000) });
    await world.during(ahead.desk.putKeyed('k', message(DUE + 9 * MINUTE, 'ahead')));
    await put(world, 'k', message(DUE + 9 * MINUTE, 'b'));
    await put(world, 'k', message(DUE + 9 * MINUTE, 'c'));
    expect(await countsOf(world)).toMatchObject({ accepted: 3, cancelled: 2, sent: 1 });
    expect(bodies(world)).toEqual(['{"n":"c"}']);
  });
});

describe('G1 a worker', () => {
  test('F27 that does not hear that the key took its refusal finds it there', async () => {
    const { world, turns } = makeTurns();
    await put(world, 'k', message(DUE + 10 * MINUTE, 'old'));
    turns.set('api', async (write) => {
      turns.set(
        'api',
        onItsWayUntil(DUE + MINUTE, () => undefined),
      );
      return write();
    });
    for (const owner of ['worker-0', 'worker-1']) turns.set(owner, answerLost);
    await refusedPut(world, 'k', message(DUE, 'new'));
    expect(await countsOf(world)).toMatchObject({ accepted: 1, cancelled: 0, sent: 1 });
    expect(turns.size).toBe(1);
  });

  test('refuses nothing of what was replaced in its time: a moved message costs no write at its old time', async () => {
    const { world } = makeTurns();
    for (let n = 0; n < 5; n += 1) await put(world, 'k', message(DUE + n * SECOND, n));
    const versionOf = (): number | undefined => world.store.items().find(({ table }) => table === 'keys')?.version;
    expect(versionOf()).toBe(5);
    expect(await countsOf(world)).toMatchObject({ accepted: 5, cancelled: 4, sent: 1 });
    expect(versionOf()).toBe(5);
  });
});

test('P1 F34 a keyed message whose record was collected before its next attempt is dead, with a letter', async () => {
  const world = makeWorld({ shards: 1, answer: () => failed('X') });
  const { id } = await put(world, 'k', message(DUE, 'a'));
  await world.runUntil(DUE + SECOND);
  for (const item of world.store.items()) if (item.table === 'keys') await world.store.remove(item, 'any');
  expect(await countsOf(world)).toMatchObject({ accepted: 1, dead: 1, pending: 0, retrying: 0 });
  expect(await world.during(world.deadLetters.list({ limit: 10 }))).toMatchObject({
    items: [{ id, reason: 'RECORD_DAMAGED', attempts: 1 }],
  });
});
