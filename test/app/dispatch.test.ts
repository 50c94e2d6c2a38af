import { expect, test } from 'vitest';
import { plusMs } from '../../shared/core/time/epoch.ts';
import { makeWorld } from '../support/world.ts';

const message = (dueAt: number, n = 0) => ({ target: 'push', dueAt: dueAt as never, payload: `{"n":${n}}` });

test('P1 P6 a keyed message is delivered once, at its millisecond, with its payload', async () => {
  const world = makeWorld();
  const due = plusMs(world.clock.now(), 10_000);
  const put = world.desk.putKeyed('driver-42', message(due));
  await world.clock.advanceTo(world.clock.now());
  const { view } = await put;
  expect(view).toMatchObject({ state: 'pending', dueAt: due, key: 'driver-42' });
  await world.runUntil(due + 60_000);
  expect(world.failures).toEqual([]);
  expect(world.arrivals).toEqual([
    { id: view.id, at: due, dueAt: due, attempt: 1, body: '{"n":0}', target: 'push', by: expect.any(String) },
  ]);
  expect(await world.desk.find('driver-42')).toMatchObject({ state: 'sent', latenessMs: 0, attempts: 1, sentAt: due });
  expect(await world.desk.find(view.id)).toMatchObject({ state: 'sent' });
});

test('P1 bulk messages over twenty minutes, each once and never early', async () => {
  const world = makeWorld();
  const start = world.clock.now();
  const intake = await world.desk.openIntake({ idempotencyKey: 'a', keepReceipts: true });
  for (let n = 0; n < 3_000; n += 1) void intake.add(message(start + n * 400, n));
  const receipts = await intake.finish('hash');
  expect(new Set(receipts.ids).size).toBe(3_000);
  await world.runUntil(start + 30 * 60_000);
  expect(world.failures).toEqual([]);
  expect(world.arrivals.length).toBe(3_000);
  expect(world.arrivals.map(({ at, dueAt }) => at - dueAt).filter((late) => late !== 0)).toEqual([]);
  const status = await world.tick.run();
  expect(status.settledThrough).toBeGreaterThan((start + 25 * 60_000) / 60_000);
  expect(await world.desk.find(receipts.ids[2_999] ?? '')).toMatchObject({ state: 'sent' });
});
