import { expect, test } from 'vitest';
import { makeDeadLetterDesk } from '../../shared/app/make-dead-letter-desk.ts';
import { makeStatusDesk } from '../../shared/app/make-status-desk.ts';
import { makePacer } from '../../shared/app/send/pacer.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { makeWorld } from '../support/world.ts';

const terminal = { kind: 'failed', retryable: false, effectPossible: false, reason: 'HTTP_410', status: 410 } as const;

test('status counts the dead letters of a target, and dead letters page without gaps', async () => {
  const world = makeWorld({ answer: () => terminal });
  const dueAt = plusMs(world.clock.now(), 5_000);
  for (let n = 0; n < 7; n += 1)
    await world.during(world.desk.putKeyed(`k${n}`, { target: 'push', dueAt, payload: '{}' }));
  await world.runUntil(dueAt + 240_000);
  await world.flush();
  const status = await world.during(makeStatusDesk(world.engine).status());
  expect(status.counts).toMatchObject({ accepted: 7, dead: 7, pending: 0 });
  expect(status.targets).toMatchObject({ push: { sent: 0, failed: 7, dead: 7 } });
  const desk = makeDeadLetterDesk(world.engine);
  const ids: string[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null) {
    const page = await desk.list(cursor === undefined ? { limit: 2 } : { limit: 2, cursor });
    ids.push(...page.items.map(({ id }) => id));
    cursor = page.next;
  }
  expect(new Set(ids).size).toBe(7);
  expect(ids.length).toBe(7);
});

test('a rate that changed, or a target that was made anew, owes nothing to the slots of before', async () => {
  const world = makeWorld();
  const pacer = makePacer(world.engine);
  const target = { name: 'push', createdAt: epochMs(1) };
  const now = world.clock.now();
  expect(await pacer.reserve(target, 10, 0.01)).toBe(now);
  expect(await pacer.reserve(target, 1, 0.01)).toBe(now + 1_000_000);
  expect(await pacer.reserve(target, 1, 5_000)).toBe(now);
  expect(await pacer.reserve({ ...target, createdAt: epochMs(2) }, 1, 5_000)).toBe(now);
});

test('F51 a damaged pace record hands out slots as if there were none', async () => {
  const world = makeWorld();
  const key = { table: 'control', pk: 'pace', sk: 'push' } as const;
  for (const doc of ['{bad', '{"freeAt":"abc"}', 'null']) {
    await world.store.put({ ...key, version: 7, doc }, 'any');
    expect(await makePacer(world.engine).reserve({ name: 'push', createdAt: epochMs(1) }, 1, 10)).toBe(
      world.clock.now(),
    );
  }
});

test('onMissed skip judges by what was asked for, and explain shows it', async () => {
  const world = makeWorld();
  const asked = plusMs(world.clock.now(), -100_000);
  const message = { target: 'push', dueAt: asked, payload: '{}', onMissed: 'skip' } as const;
  const { view } = await world.during(world.desk.putKeyed('k', message));
  await world.runUntil(world.clock.now() + 30_000);
  expect(world.arrivals).toEqual([]);
  expect(await world.desk.find('k')).toMatchObject({ state: 'expired', id: view.id });
  const { decisions } = await world.desk.explain('k');
  expect(decisions[0]).toMatchObject({ step: 'requested', detail: { at: '2026-11-23T07:58:20.000Z' } });
  expect(decisions[1]).toMatchObject({ step: 'past-due' });
});

test('explain of a replaced message says so', async () => {
  const world = makeWorld();
  const dueAt = plusMs(world.clock.now(), 3_600_000);
  const { view } = await world.during(world.desk.putKeyed('k', { target: 'push', dueAt, payload: '1' }));
  await world.during(world.desk.putKeyed('k', { target: 'push', dueAt, payload: '2' }));
  const { decisions } = await world.during(world.desk.explain(view.id));
  expect(decisions.at(-1)).toMatchObject({ step: 'replaced' });
});

test('buckets stop soon after the limit', async () => {
  const world = makeWorld();
  const intake = await world.desk.openIntake({ idempotencyKey: 'i', keepReceipts: false });
  const from = plusMs(world.clock.now(), 3_600_000);
  for (let n = 0; n < 60; n += 1) void intake.add({ target: 'push', dueAt: plusMs(from, n * 60_000), payload: '{}' });
  await intake.finish('h');
  const desk = makeStatusDesk(world.engine);
  const some = await desk.buckets({ from, to: plusMs(from, 3_600_000), limit: 5 });
  expect(some.length).toBeGreaterThanOrEqual(5);
  expect(some.length).toBeLessThan(20);
});
