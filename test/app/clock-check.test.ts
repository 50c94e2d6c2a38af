import { object } from 'valibot';
import { expect, test } from 'vitest';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import { makeProcessRuntime } from '../../shared/app/process/make-process-runtime.ts';
import { makeWatermarkBook } from '../../shared/app/process/watermark-book.ts';
import { processesWithWatermark } from '../../shared/app/process/watermark-record.ts';
import { marksForRevisit } from '../../shared/app/revisit.ts';
import { makeSender } from '../../shared/app/send/make-sender.ts';
import { makeTick } from '../../shared/app/tick/make-tick.ts';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { minuteOf } from '../../shared/core/segment/bucket.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import { makeWorld } from '../support/world.ts';

const worldWithClockOff = (aheadMs: number) => {
  const world = makeWorld();
  return { world, engine: { ...world.engine, skewMs: () => aheadMs } };
};

const message = (dueAt: number) => ({ target: 'push', dueAt: dueAt as never, payload: '{}' });

test.each([30_001, -300_000])(
  'F36 a process whose clock is off by %i ms accepts nothing and stores nothing',
  async (aheadMs) => {
    const { world, engine } = worldWithClockOff(aheadMs);
    const desk = makeMessageDesk(engine);
    const refused = expect.objectContaining({ status: 503, code: 'CLOCK_SKEW' });
    await expect(desk.putKeyed('k', message(world.clock.now()))).rejects.toEqual(refused);
    await expect(desk.openIntake({ idempotencyKey: 'i', keepReceipts: true })).rejects.toEqual(refused);
    await expect(desk.cancel('k')).rejects.toEqual(refused);
    expect((await world.store.query({ table: 'keys', pk: 'm#k', from: ' ', to: '~' })).items).toEqual([]);
  },
);

test('F36 it takes no lease, and its tick moves nothing', async () => {
  const { world, engine } = worldWithClockOff(300_000);
  const sender = makeSender({
    engine,
    targets: { find: async () => world.target },
    channelOf: () => ({ send: async () => {} }),
  });
  const unit = { segment: { timeline: 'send', minute: 1, shard: 0 }, lane: 'E' } as const;
  await expect(sender.work(unit, plusMs(world.clock.now(), 60_000))).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
  const before = await world.tick.run();
  await world.runUntil(world.clock.now() + 600_000);
  const moved = await world.tick.run();
  expect(moved.openedThrough).toBeGreaterThan(before.openedThrough);
  expect(await makeTick(engine).run()).toMatchObject({ openedThrough: moved.openedThrough, complete: false, hints: 0 });
});

test('F36 a clock that is off by less works on', async () => {
  const { world, engine } = worldWithClockOff(5_000);
  const { view } = await world.during(makeMessageDesk(engine).putKeyed('k', message(world.clock.now() + 60_000)));
  expect(view.state).toBe('pending');
});

test('F36 a process whose clock was put right accepts again, although it does nothing while it is wrong', async () => {
  const world = makeWorld();
  let aheadMs = 3_600_000;
  const get: typeof world.store.get = async (key) => {
    const item = await world.store.get(key);
    aheadMs = 0;
    return item;
  };
  const engine = { ...world.engine, store: { ...world.store, get }, skewMs: () => aheadMs };
  const { view } = await world.during(makeMessageDesk(engine).putKeyed('k', message(world.clock.now() + 60_000)));
  expect(view.state).toBe('pending');
});

test.each([3_600_000, -3_600_000])(
  'F36 a clock that is off by %i ms, as its puts show, marks what it may have stored too late, and nothing that is due days later',
  async (foundMs) => {
    const world = makeWorld();
    let aheadMs = 0;
    const putMany: typeof world.store.putMany = async (items) => {
      aheadMs = foundMs;
      return world.store.putMany(items);
    };
    const engine = { ...world.engine, store: { ...world.store, putMany }, skewMs: () => aheadMs };
    const intake = await makeMessageDesk(engine).openIntake({ idempotencyKey: 'i', keepReceipts: false });
    const [soon, later] = [plusMs(world.clock.now(), 3_600_000), plusMs(world.clock.now(), 3 * 86_400_000)];
    for (const dueAt of [soon, later]) await intake.add(message(dueAt) as never);
    await world.during(intake.finish('-'));
    const marks = await marksForRevisit(engine);
    expect(marks.map(({ unit }) => unit.segment.minute)).toEqual([minuteOf(soon)]);
  },
);

test('F36 a process function is not stepped by a clock that the store shows to be wrong, and moves no event time', async () => {
  const world = makeWorld();
  let aheadMs = 0;
  const find: typeof world.store.getMany = async (keys) => {
    aheadMs = 3_600_000;
    return world.store.getMany(keys);
  };
  const sending = { ...world.engine, store: { ...world.store, getMany: find }, skewMs: () => aheadMs };
  const stepped: number[] = [];
  const noting = defineProcess({ name: 'noting', element: object({}), onElement: (_, { now }) => stepped.push(now) });
  const engine = { ...sending, timeline: 'process' as const };
  const { desk } = makeProcessRuntime({ engine, sending, processes: [noting] });
  const refused = expect.objectContaining({ status: 503, code: 'CLOCK_SKEW' });
  const draft = { key: 'a', id: null, timestamp: 1, value: {}, input: 'main' };
  await expect(world.during(desk.submit(noting, [draft], 'p'))).rejects.toEqual(refused);
  expect(stepped).toEqual([]);
  await expect(makeWatermarkBook(engine).advance(noting, { input: 'main', partition: 'p' }, 1)).rejects.toEqual(
    refused,
  );
  expect(await processesWithWatermark(engine)).toEqual([]);
});
