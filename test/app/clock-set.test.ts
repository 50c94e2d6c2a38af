import { describe, expect, test } from 'vitest';
import { makeMessageDesk } from '../../shared/app/make-message-desk.ts';
import { makeSender } from '../../shared/app/send/make-sender.ts';
import { makeTombstoneReader } from '../../shared/app/send/tombstones.ts';
import { partitionKey, tombstoneKey } from '../../shared/core/segment/segment-key.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { storeThrough } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, message, put } from './calls.ts';

/*
 * What was decided about messages is read in the second before they are due. A clock that is ahead reads it sooner, and
 * what it read then is no answer once the clock is right again. One that is behind takes a change for one that comes in
 * time (F36, P9).
 */

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DUE = WORLD_START + 10 * MINUTE;

/** The clock of a machine that is ahead by as much as `aheadMs` says at the time. */
const unsteady = (clock: Clock, aheadMs: () => number): Clock => ({
  now: () => plusMs(clock.now(), aheadMs()),
  sleepUntil: (at, signal) => clock.sleepUntil(plusMs(at, -aheadMs()), signal),
});

const segment = { timeline: 'send', minute: 1, shard: 0 } as const;

/** A reader whose clock is ahead, and a cancel that is stored behind its first read. */
const cancelBehindRead = async (isNoticed: boolean) => {
  const world = makeWorld();
  let aheadMs = HOUR;
  const reader = makeTombstoneReader({
    ...world.engine,
    clock: unsteady(world.clock, () => aheadMs),
    skewMs: () => (isNoticed ? aheadMs : 0),
  });
  const before = await reader.of(segment);
  const tombstone = { table: 'segments', pk: partitionKey(segment), sk: tombstoneKey('msg_1'), version: 1 } as const;
  await world.store.put(tombstone, 'any');
  aheadMs = 0;
  return { world, reader, before };
};

test('F36 tombstones that were read by a clock that was ahead are read again once it is right', async () => {
  const { reader, before } = await cancelBehindRead(false);
  expect([...before.ids]).toEqual([]);
  const after = await reader.of(segment);
  expect([...after.ids]).toEqual(['msg_1']);
  expect(after.readAt).toBe(WORLD_START);
});

test('F36 … also at the very instant that it showed then', async () => {
  const { world, reader, before } = await cancelBehindRead(true);
  await world.runUntil(before.readAt);
  expect([...(await reader.of(segment)).ids]).toEqual(['msg_1']);
});

/**
 * The engine of a machine whose clock is ahead by what `set` says, and that knows of it what the last answer of the store
 * said. `beforeCall` is told each call of the store.
 */
const makeUnsteadyEngine = (world: World, owner: string, beforeCall: (call: string) => void = () => {}) => {
  let aheadMs = 0;
  let noticedMs = 0;
  const engine = {
    ...world.engine,
    owner,
    clock: unsteady(world.clock, () => aheadMs),
    store: storeThrough(world.store, async (call, run) => {
      beforeCall(call);
      const answer = await run();
      noticedMs = aheadMs;
      return answer;
    }),
    skewMs: () => noticedMs,
  };
  const set = (ms: number): void => {
    aheadMs = ms;
  };
  return { engine, set };
};

const makeUnsteadyWorker = (world: World) => {
  const { engine, set } = makeUnsteadyEngine(world, 'unsteady');
  const sender = makeSender({
    engine,
    targets: { find: async () => world.target },
    channelOf: () => world.receiver.channelOf('unsteady'),
  });
  return { engine, sender, set };
};

test.each(['keyed', 'bulk'])(
  'P9 F36 the cancel of a %s message is seen by a worker that went on when its clock was right again',
  async (kind) => {
    const slow = async (): Promise<{ kind: 'sent' }> => {
      await world.clock.sleepUntil(plusMs(world.clock.now(), 12_000));
      return { kind: 'sent' };
    };
    const world: World = makeWorld({
      shards: 1,
      workers: 0,
      answer: ({ dueAt }) => (dueAt === DUE ? slow() : { kind: 'sent' }),
    });
    const [id = ''] = await accept(world, [message(DUE + 5_000, 'cancelled')]);
    const keyed = await put(world, 'k', message(DUE + 5_000, 'cancelled'));
    const cancelled = kind === 'keyed' ? keyed.id : id;
    await world.during(world.desk.cancel(kind === 'keyed' ? id : 'k'));
    await accept(world, [message(DUE, 'slow'), message(DUE + 1_000, 'next')]);
    const { engine, sender, set } = makeUnsteadyWorker(world);
    await world.runUntil(DUE - 1_000);
    const unit = { segment: { timeline: 'send', minute: DUE / MINUTE, shard: 0 }, lane: 'E' } as const;
    world.track(sender.work(unit, epochMs(DUE + MINUTE)));
    // It reads what was cancelled before it learns that its clock is wrong; what it is sending keeps it from giving up.
    await world.runUntil(DUE + 500);
    set(5 * MINUTE);
    await world.runUntil(DUE + 1_500);
    set(0);
    await engine.store.get({ table: 'control', pk: 'clock', sk: '-' });
    expect(await world.during(world.desk.cancel(cancelled))).toMatchObject({ state: 'cancelled' });
    await world.runUntil(DUE + 50_000);
    expect(world.arrivals.map(({ body }) => body)).toEqual(['{"n":"slow"}', '{"n":"next"}']);
    expect(await world.during(world.desk.find(cancelled))).toMatchObject({ state: 'cancelled' });
    expect(world.failures).toEqual([]);
  },
);

/** An API whose clock is set back by an hour at a call of the store. */
const makeApiSetBack = (world: World, setBackAt: (call: string) => boolean) => {
  const { engine, set } = makeUnsteadyEngine(world, 'set-back', (call) => {
    if (setBackAt(call)) set(-HOUR);
  });
  return makeMessageDesk(engine);
};

describe.each(['cancel', 'replacement'])('F36 P9 the %s of a message', (change) => {
  const asked = (desk: ReturnType<typeof makeMessageDesk>): Promise<unknown> =>
    change === 'cancel' ? desk.cancel('k') : desk.putKeyed('k', message(DUE + 5 * MINUTE, 'after'));

  test('is refused by a process that finds out that its clock is behind, although it is not too late by that', async () => {
    const slow = async (): Promise<{ kind: 'sent' }> => {
      await world.clock.sleepUntil(plusMs(world.clock.now(), 8_000));
      return { kind: 'sent' };
    };
    const world: World = makeWorld({ shards: 1, answer: slow });
    await put(world, 'k', message(DUE, 'before'));
    await world.runUntil(DUE + 1_000);
    await expect(world.during(asked(makeApiSetBack(world, () => true)))).rejects.toMatchObject({ code: 'CLOCK_SKEW' });
    await world.runUntil(DUE + 10 * MINUTE);
    expect(await world.during(world.desk.find('k'))).toMatchObject({ state: 'sent' });
    expect(world.arrivals.map(({ body }) => body)).toEqual(['{"n":"before"}']);
  });

  test('waits for the word of its unit where the clock is set back while it is stored', async () => {
    const world = makeWorld({ shards: 1 });
    await put(world, 'k', message(DUE, 'before'));
    await world.runUntil(DUE - 4_000);
    let answered: unknown;
    // A PUT tries first whether its key is new.
    let before = change === 'cancel' ? 0 : 1;
    const isCommit = (call: string): boolean => {
      if (call === 'put -') before -= 1;
      return before < 0;
    };
    const call = asked(makeApiSetBack(world, isCommit)).then((answer) => {
      answered = answer;
    });
    world.track(call);
    await world.runUntil(DUE - 500);
    expect(answered).toBeUndefined();
    await world.runUntil(DUE + 1_000);
    expect(answered).toMatchObject(change === 'cancel' ? { state: 'cancelled' } : { replaced: true });
    await world.runUntil(DUE + 10 * MINUTE);
    expect(world.arrivals.map(({ body }) => body)).toEqual(change === 'cancel' ? [] : ['{"n":"after"}']);
    expect(world.failures).toEqual([]);
  });
});
