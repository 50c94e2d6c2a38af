import { describe, expect, test } from 'vitest';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { parsePartitionKey } from '../../shared/core/segment/segment-key.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { failed, message, put } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

const late = { code: 'TOO_LATE', status: 409 };

/** Calls of the API on the record of a key wait until `open` resolves. */
const holdCommits = (world: () => World) => {
  let untilMs = 0;
  const store = (owner: string, inner: ItemStore): ItemStore => ({
    ...inner,
    put: async (item, expected) => {
      if (owner === 'api' && item.table === 'keys')
        await world().clock.sleepUntil(plusMs(world().clock.now(), untilMs));
      return inner.put(item, expected);
    },
  });
  const hold = (ms: number): void => {
    untilMs = ms;
  };
  return { store, hold };
};

const bodies = (world: World): string[] => world.arrivals.map(({ body }) => body);

describe('P9 a PUT', () => {
  test('moves a pending message, which then fires once, at its new time', async () => {
    const world = makeWorld({ shards: 1 });
    const old = await put(world, 'k', message(DUE, 'old'));
    const moved = await world.during(world.desk.putKeyed('k', message(DUE + MINUTE, 'new')));
    expect(moved).toMatchObject({ replaced: true, duplicate: false, view: { state: 'pending', dueAt: DUE + MINUTE } });
    expect(await world.during(world.desk.find(old.id))).toMatchObject({ state: 'cancelled', key: 'k' });
    await world.runUntil(DUE + 3 * MINUTE);
    expect(world.arrivals.map(({ id, at }) => [id, at])).toEqual([[moved.view.id, DUE + MINUTE]]);
  });

  test.each([
    ['long before it is due', 9 * MINUTE],
    ['within two seconds of it', 1_000],
  ])('of the same content %s is the same message', async (_, leadMs) => {
    const world = makeWorld({ shards: 1 });
    const first = await put(world, 'k', message(DUE, 'a'));
    await world.runUntil(DUE - leadMs);
    const again = await world.during(world.desk.putKeyed('k', message(DUE, 'a')));
    expect(again).toMatchObject({ replaced: false, duplicate: true, view: { id: first.id } });
    await world.runUntil(DUE + MINUTE);
    expect(bodies(world)).toEqual(['{"n":"a"}']);
  });

  test.each([
    ['another payload', message(DUE, 'b')],
    ['another time', message(DUE + 1, 'a')],
    ['another header', message(DUE, 'a', { headers: { 'x-a': '1' } })],
    ['another expiry', message(DUE, 'a', { notAfter: plusMs(message(DUE).dueAt, 5) })],
  ])('with %s replaces, and is refused within two seconds', async (_, other) => {
    const world = makeWorld({ shards: 1 });
    await put(world, 'k', message(DUE, 'a'));
    expect(await world.during(world.desk.putKeyed('k', other))).toMatchObject({ replaced: true });
    await world.during(world.desk.putKeyed('k', message(DUE, 'a')));
    await world.runUntil(DUE - 1_999);
    await expect(world.during(world.desk.putKeyed('k', other))).rejects.toMatchObject(late);
    await world.runUntil(DUE + MINUTE);
    expect(bodies(world)).toEqual(['{"n":"a"}']);
  });

  test('after the message was sent makes a new one', async () => {
    const world = makeWorld({ shards: 1 });
    const first = await put(world, 'k', message(DUE, 'a'));
    await world.runUntil(DUE + MINUTE);
    const second = await world.during(world.desk.putKeyed('k', message(DUE + 10 * MINUTE, 'a')));
    expect(second).toMatchObject({ replaced: false, duplicate: false });
    await world.runUntil(DUE + 12 * MINUTE);
    expect(world.arrivals.map(({ id }) => id)).toEqual([first.id, second.view.id]);
    expect(await world.during(world.desk.find(first.id))).toMatchObject({ state: 'sent', key: 'k' });
  });

  test('replaces a message that waits for its next attempt', async () => {
    const world = makeWorld({
      shards: 1,
      answer: ({ attempt }, at) => (at < DUE + 1 && attempt === 1 ? failed('X') : { kind: 'sent' }),
    });
    const first = await put(world, 'k', message(DUE, 'a'));
    await world.runUntil(DUE + 1_500);
    expect(await world.during(world.desk.find('k'))).toMatchObject({ state: 'retrying', attempts: 1, lastError: 'X' });
    expect(await world.during(world.desk.putKeyed('k', message(DUE + MINUTE, 'b')))).toMatchObject({ replaced: true });
    await world.runUntil(DUE + 3 * MINUTE);
    expect(bodies(world)).toEqual(['{"n":"a"}', '{"n":"b"}']);
    expect(await world.during(world.desk.find(first.id))).toMatchObject({ state: 'cancelled', attempts: 1 });
  });

  test.each([
    ['due together', 0],
    ['due apart', 1_000],
    ['due at once', -9 * MINUTE - 55_000],
  ])('P3 F43 one of twenty at once wins, %s: it alone fires, once', async (_, stepMs) => {
    const world = makeWorld({ shards: 2, latencyMs: () => 3 });
    const at = (n: number): number => DUE + (stepMs < 0 ? stepMs : n * stepMs);
    const calls = Array.from({ length: 20 }, (_unused, n) => world.desk.putKeyed('k', message(at(n), n)));
    const settled = await world.during(Promise.allSettled(calls));
    await world.runUntil(DUE + 3 * MINUTE);
    expect(world.failures).toEqual([]);
    expect(bodies(world).length).toBe(1);
    const accepted = settled.flatMap((call) => (call.status === 'fulfilled' ? [call.value] : []));
    expect(accepted.filter(({ replaced }) => !replaced).length).toBe(1);
    expect(accepted.map(({ view }) => view.id)).toContain(world.arrivals[0]?.id);
  });

  test.each([5, 9, 11, 25, 120])(
    'F14 that is stopped for %i s between its reference and its commit is accepted and sent once',
    async (seconds) => {
      const hold = holdCommits(() => world);
      const world: World = makeWorld({ shards: 1, seams: { store: hold.store } });
      hold.hold(seconds * 1_000);
      const call = world.desk.putKeyed('k', message(world.clock.now() + 1_000, 'a'));
      await world.runUntil(world.clock.now() + seconds * 1_000 - 1);
      hold.hold(0);
      const { view } = await world.during(call, world.clock.now() + 5 * MINUTE);
      await world.runUntil(world.clock.now() + 5 * MINUTE);
      expect(world.arrivals.map(({ id, body }) => [id, body])).toEqual([[view.id, '{"n":"a"}']]);
    },
  );

  test('F10 whose reference a worker finds before the commit is sent all the same, once', async () => {
    const hold = holdCommits(() => world);
    const world: World = makeWorld({ shards: 1, seams: { store: hold.store } });
    hold.hold(5_000);
    const call = world.desk.putKeyed('k', message(world.clock.now() + 1_000, 'a'));
    await world.runUntil(world.clock.now() + 2_000);
    const entry = world.store.items().find(({ sk }) => sk.startsWith('L#'));
    const segment = parsePartitionKey(entry?.pk ?? '');
    if (!entry || !segment) throw new Error('no reference was stored');
    await world.queue.send([{ body: encodePointer({ segment, lane: 'L', sk: entry.sk }), delaySeconds: 0 }]);
    const { view } = await world.during(call, world.clock.now() + 10_000);
    await world.runUntil(world.clock.now() + 5 * MINUTE);
    expect(world.arrivals.map(({ id, dueAt }) => [id, dueAt])).toEqual([[view.id, view.dueAt]]);
    expect(await world.during(world.desk.find('k'))).toMatchObject({ state: 'sent', attempts: 1 });
  });
});
