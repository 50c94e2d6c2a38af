import { expect, test } from 'vitest';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { carryingDesk } from '../support/canary.ts';
import { makeWorld, type World } from '../support/world.ts';

const KEY = '2026-11-22-morning-007';

const post = async (world: World, texts: readonly string[], bodyHash: string) => {
  const intake = await world.desk.openIntake({ idempotencyKey: KEY, bodyHash, keepReceipts: true });
  const dueAt = plusMs(world.clock.now(), 30_000);
  for (const text of texts) void intake.add({ target: 'push', dueAt, payload: JSON.stringify(text) });
  return intake;
};

test('a call that was abandoned before anything was stored gives its key back for a corrected body', async () => {
  const world = makeWorld();
  await (await post(world, ['a'], 'wrong')).abandon();
  const receipts = await (await post(world, ['b'], 'right')).finish('right');
  expect(receipts.accepted).toBe(1);
  await world.runUntil(world.clock.now() + 90_000);
  expect(world.arrivals.map(({ body }) => body)).toEqual(['"b"']);
});

test('P3 the same key and body again give the same ids and store nothing; another body is refused', async () => {
  const world = makeWorld();
  const first = await (await post(world, ['a', 'b'], 'h')).finish('h');
  await world.runUntil(world.clock.now() + 5_000);
  const again = await post(world, ['a', 'b'], 'h');
  expect(again.replayed).toBe(true);
  expect((await again.finish('h')).accepted).toBe(first.accepted);
  await expect(post(world, ['c'], 'other')).rejects.toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
  await world.runUntil(world.clock.now() + 90_000);
  expect(world.arrivals.map(({ body }) => body).sort()).toEqual(['"a"', '"b"']);
  expect(world.telemetry.total('accepted')).toBe(2);
});

test('P3 F39 a call that is repeated after a deployment with more shards and another lookahead gives the same ids, and is sent once', async () => {
  const texts = Array.from({ length: 20 }, (_, n) => String(n));
  const idsOf = async (desk: World['desk']) => {
    const intake = await desk.openIntake({ idempotencyKey: KEY, bodyHash: 'h', keepReceipts: true });
    const dueAt = plusMs(intake.acceptedAt, 30_000);
    for (const [n, text] of texts.entries())
      void intake.add({ target: 'push', dueAt: plusMs(dueAt, n * 60_000), payload: `"${text}"` });
    return (await intake.finish('h')).ids;
  };
  const world = makeWorld({ shards: 1 });
  const lost: ItemStore['put'] = (item, expect) =>
    item.pk.startsWith('idempotency#') && item.doc?.includes('"done"')
      ? Promise.reject(new StoreError('UNAVAILABLE', 'down'))
      : world.store.put(item, expect);
  const crashed = makeMessageDesk({ ...world.engine, store: { ...world.store, put: lost } });
  await expect(idsOf(carryingDesk(crashed))).rejects.toThrow('down');
  await world.runUntil(world.clock.now() + 61_000);
  const timing = { ...world.engine.timing, lookaheadMs: 600_000 };
  const more = carryingDesk(makeMessageDesk({ ...world.engine, shards: 50, timing }));
  expect(await idsOf(more)).toEqual(await idsOf(more));
  await world.runUntil(world.clock.now() + 25 * 60_000);
  expect(world.arrivals.map(({ body }) => body).sort()).toEqual(texts.map((text) => `"${text}"`).sort());
});

test('a call that is still running refuses its twin, until it stops saying that it runs', async () => {
  const world = makeWorld();
  await post(world, ['a'], 'h');
  await expect(post(world, ['a'], 'h')).rejects.toMatchObject({ status: 409, code: 'REQUEST_IN_PROGRESS' });
  await world.runUntil(world.clock.now() + 61_000);
  expect((await (await post(world, ['a'], 'h')).finish('h')).accepted).toBe(1);
});
