import { describe, expect, test } from 'vitest';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { storeThrough } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, put, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

/** A receiver that refuses for good until `at`. */
const refuseUntil = (at: number) => (_: unknown, now: number) =>
  now < at ? failed('HTTP_404', { retryable: false, effectPossible: false }) : { kind: 'sent' as const };

const bodies = (world: World): string[] => world.arrivals.map(({ body }) => body);

describe('P9 a cancel', () => {
  test('is answered the same again, by key and by id, and nothing fires', async () => {
    const world = makeWorld({ shards: 1 });
    const keyed = await put(world, 'k', message(DUE, 'a'));
    const [bulkId = ''] = await accept(world, [message(DUE, 'b')]);
    for (const ids of [['k', keyed.id], [bulkId]]) {
      const first = await world.during(world.desk.cancel(ids[0] ?? ''));
      expect(first).toMatchObject({ state: 'cancelled' });
      expect(first).not.toHaveProperty('nextAttemptAt');
      for (const id of ids) expect(await world.during(world.desk.cancel(id))).toEqual(first);
      for (const id of ids) expect(await world.during(world.desk.find(id))).toEqual(first);
    }
    await world.runUntil(DUE + MINUTE);
    expect(bodies(world)).toEqual([]);
    expect(await world.during(world.desk.cancel('k'))).toMatchObject({ state: 'cancelled' });
  });

  test.each([
    ['to the last millisecond that is allowed', 2_000, 'cancelled'],
    ['no later', 1_999, 'TOO_LATE'],
    ['nor when it was sent', -5_000, 'TOO_LATE'],
  ])('is possible %s', async (_, leadMs, outcome) => {
    const world = makeWorld({ shards: 1 });
    const { id } = await put(world, 'k', message(DUE, 'a'));
    const [bulkId = ''] = await accept(world, [message(DUE, 'b')]);
    await world.runUntil(DUE - leadMs);
    const answers = await world.during(
      Promise.all(
        [id, bulkId].map((of) =>
          world.desk.cancel(of).then(
            ({ state }) => state,
            (error: { code: string }) => error.code,
          ),
        ),
      ),
    );
    expect(answers).toEqual([outcome, outcome]);
    await world.runUntil(DUE + MINUTE);
    expect(bodies(world).length).toBe(outcome === 'cancelled' ? 0 : 2);
  });

  test.each(['keyed', 'bulk'])(
    'F14 of a %s message whose first call stood still is not said to have been done in time',
    async (kind) => {
      let isStill = false;
      const behindTheRead = DUE - 100;
      const world: World = makeWorld({
        shards: 1,
        seams: {
          store: (owner, store) =>
            storeThrough(store, async (call, run) => {
              if (isStill && owner === 'api' && call.startsWith('put '))
                await world.clock.sleepUntil(epochMs(behindTheRead));
              return run();
            }),
        },
      });
      const id =
        kind === 'keyed'
          ? (await put(world, 'k', message(DUE, 'a'))).id
          : (await accept(world, [message(DUE, 'a')]))[0];
      await world.runUntil(DUE - 2_500);
      isStill = true;
      const codes: unknown[] = [];
      const ask = (): void => {
        const call = world.desk.cancel(id ?? '').then(
          ({ state }) => state,
          (error: { code: string }) => error.code,
        );
        world.track(call.then((code) => codes.push(code)));
      };
      ask();
      await world.runUntil(behindTheRead + 10);
      ask();
      await world.runUntil(DUE + MINUTE);
      expect(bodies(world)).toEqual(['{"n":"a"}']);
      expect(codes).toEqual(['TOO_LATE', 'TOO_LATE']);
    },
  );

  test('of what waits for its next attempt ends it', async () => {
    const world = makeWorld({ shards: 1, answer: () => failed('HTTP_500') });
    const { id } = await put(world, 'k', message(DUE, 'a'));
    const [bulkId = ''] = await accept(world, [message(DUE, 'b')]);
    await world.runUntil(DUE + 1_500);
    for (const of of [id, bulkId])
      expect(await world.during(world.desk.cancel(of))).toMatchObject({ state: 'cancelled', attempts: 1 });
    await world.runUntil(DUE + 30 * MINUTE);
    expect([...timesOf(world).values()]).toEqual([1, 1]);
    for (const of of [id, bulkId])
      expect(await world.during(world.desk.find(of))).toMatchObject({ state: 'cancelled' });
  });

  test('of an unknown message is 404, whatever the text', async () => {
    const world = makeWorld();
    for (const id of ['nobody', 'msg_', 'msg_EAAByJlqAAAAAA3959kMbMWFAA', '']) {
      const call = id === '' ? world.desk.cancel('msg_x') : world.desk.cancel(id);
      await expect(world.during(call)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    }
  });
});

describe('P9 P11 a message of a key that was a dead letter and is sent again', () => {
  const redriven = async (): Promise<{ world: World; id: string }> => {
    const world = makeWorld({ shards: 1, answer: refuseUntil(DUE + MINUTE) });
    await put(world, 'first', message(DUE, 'first'));
    const { id } = await put(world, 'k', message(DUE, 'dead'));
    await world.runUntil(DUE + 2 * MINUTE);
    // The second of the two is due 20 s later.
    await world.during(
      world.deadLetters.redrive({
        ids: [(await world.during(world.desk.find('first')))?.id ?? '', id],
        ratePerSecond: 0.05,
      }),
    );
    expect(await world.during(world.desk.find('k'))).toMatchObject({ id, state: 'pending' });
    return { world, id };
  };

  test.each(['key', 'id'])('is cancelled by its %s', async (name) => {
    const { world, id } = await redriven();
    expect(await world.during(world.desk.cancel(name === 'key' ? 'k' : id))).toMatchObject({ state: 'cancelled' });
    for (const of of ['k', id]) expect(await world.during(world.desk.find(of))).toMatchObject({ state: 'cancelled' });
    await world.runUntil(DUE + 5 * MINUTE);
    expect(timesOf(world).get(id)).toBe(1);
  });

  test('is left alone by a PUT of the key, and both are sent', async () => {
    const { world, id } = await redriven();
    const fresh = await world.during(world.desk.putKeyed('k', message(DUE + 4 * MINUTE, 'fresh')));
    expect(fresh).toMatchObject({ replaced: false, duplicate: false });
    expect(await world.during(world.desk.find(id))).toMatchObject({ id, key: 'k', state: 'pending' });
    await world.runUntil(DUE + 6 * MINUTE);
    expect(timesOf(world).get(id)).toBe(2);
    expect(bodies(world).filter((body) => body === '{"n":"dead"}').length).toBe(2);
    expect(timesOf(world).get(fresh.view.id)).toBe(1);
    expect(await world.during(world.desk.find(id))).toMatchObject({ state: 'sent' });
  });
});

test('P9 F19 a message whose worker died between the decision to carry it on and the new entry can be cancelled', async () => {
  const deadAfter = (owner: string, inner: ItemStore): ItemStore => ({
    ...inner,
    putMany: (items) =>
      owner.startsWith('worker') && world.clock.now() < DUE + 200 ? new Promise(() => {}) : inner.putMany(items),
  });
  const world: World = makeWorld({ shards: 64, seams: { store: deadAfter }, answer: () => failed('HTTP_500') });
  const [id = ''] = await accept(world, [message(DUE, 'a')]);
  await world.runUntil(DUE + 1_500);
  expect(await world.during(world.desk.find(id))).toMatchObject({ state: 'retrying' });
  const cancelled = await world.during(world.desk.cancel(id));
  expect(cancelled).toMatchObject({ state: 'cancelled', attempts: 1 });
  expect(await world.during(world.desk.cancel(id))).toEqual(cancelled);
  await world.runUntil(DUE + 10 * MINUTE);
  expect(timesOf(world).get(id)).toBe(1);
  expect(await world.during(world.desk.find(id))).toMatchObject({ state: 'cancelled' });
});
