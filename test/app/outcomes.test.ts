import { expect, test } from 'vitest';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import type { Outcome } from '../../shared/ports/channel.ts';
import type { FinalOutcome, OutcomeBus } from '../../shared/ports/outcome-bus.ts';
import { makeMortal } from '../support/mortal.ts';
import type { World, WorldOptions } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, put, tally } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;
const REFUSED = failed('HTTP_404', { retryable: false, effectPossible: false, status: 404 });

/** The payload says how its attempts end. */
const answer = ({ payload }: { readonly payload: Uint8Array }): Outcome => {
  const text = new TextDecoder().decode(payload);
  if (text.includes('refused')) return REFUSED;
  return text.includes('lost') ? failed('RESET') : { kind: 'sent' };
};

/** A bus that notes what it is told; `lost` of each call it says that it did not take. */
const makeBus = (lost: (outcomes: readonly FinalOutcome[]) => number = () => 0) => {
  const told: FinalOutcome[] = [];
  const publish: OutcomeBus['publish'] = async (outcomes) => {
    told.push(...outcomes);
    return lost(outcomes);
  };
  return { told, publish };
};

const worldWith = (outcomes: OutcomeBus, more: WorldOptions = {}): World =>
  makeWorld({ shards: 1, workers: 1, answer, outcomes, ...more });

/** One message of every fate; gives the ids of those that end without being sent or cancelled. */
const acceptAll = async (world: World) => {
  const [, cancelled = '', dead = '', expired = '', unknown = ''] = await accept(world, [
    message(DUE, 'plain'),
    message(DUE, 'cancelled'),
    message(DUE, 'refused'),
    // By itself, so that no dead letter stands in the same record.
    message(DUE + 30_000, 'lost in time', { notAfter: epochMs(DUE + 31_000) }),
    message(DUE, 'lost once', { delivery: 'at-most-once' }),
  ]);
  const keyed = await put(world, 'order-1', message(DUE + 500, 'refused too'));
  await world.during(world.desk.cancel(cancelled));
  return { dead, expired, unknown, keyed: keyed.id };
};

test('P23 P24 tells the bus of each message that ended and was neither sent nor cancelled, without its payload', async () => {
  const bus = makeBus();
  const world = worldWith(bus);
  const ids = await acceptAll(world);
  await world.runUntil(DUE + 2 * MINUTE);
  expect(world.failures).toEqual([]);
  const common = { target: 'push', dueAt: DUE, attempts: 1 };
  const byId = new Map(bus.told.map((outcome) => [outcome.id, outcome]));
  expect(bus.told).toHaveLength(4);
  expect(byId.get(ids.dead)).toEqual({
    ...common,
    kind: 'dead',
    id: ids.dead,
    reason: 'HTTP_404',
    at: expect.any(Number),
  });
  expect(byId.get(ids.expired)).toMatchObject({ ...common, kind: 'expired', reason: 'RESET', dueAt: DUE + 30_000 });
  expect(byId.get(ids.unknown)).toMatchObject({ ...common, kind: 'unknown', reason: 'RESET' });
  expect(byId.get(ids.keyed)).toMatchObject({ ...common, kind: 'dead', key: 'order-1', dueAt: DUE + 500 });
  expect(world.telemetry.total('outcomesUnpublished')).toBe(0);
});

test('P10 a bus that takes nothing is counted, and costs no dead letter', async () => {
  const world = worldWith(makeBus(({ length }) => length));
  const { dead, keyed } = await acceptAll(world);
  await world.runUntil(DUE + 2 * MINUTE);
  expect(world.failures).toEqual([]);
  const letters = await world.during(world.deadLetters.list({ limit: 10 }));
  expect(letters.items.map(({ id }) => id).sort()).toEqual([dead, keyed].sort());
  expect(world.telemetry.total('outcomesUnpublished')).toBe(4);
});

test('a letter is stored before anybody is told of it', async () => {
  const early: string[] = [];
  const world: World = worldWith({
    publish: async (outcomes) => {
      const letters = world.store.items().filter(({ pk }) => pk.startsWith('dead#'));
      const untold = outcomes.filter(({ kind, id }) => kind === 'dead' && !letters.some(({ sk }) => sk.endsWith(id)));
      early.push(...untold.map(({ id }) => id));
      return 0;
    },
  });
  await acceptAll(world);
  await world.runUntil(DUE + 2 * MINUTE);
  expect(world.telemetry.total('dead')).toBe(2);
  expect(early).toEqual([]);
});

test('P3 a slow bus does not keep other messages waiting', async () => {
  const world: World = worldWith({
    publish: async () => {
      await world.clock.sleepUntil(plusMs(world.clock.now(), 45_000));
      return 0;
    },
  });
  await accept(world, [message(DUE, 'refused')]);
  const later = await accept(
    world,
    Array.from({ length: 30 }, (_, n) => message(DUE + (n + 1) * 1_000, 'plain')),
  );
  await world.runUntil(DUE + 2 * MINUTE);
  expect(await tally(world, later)).toEqual({ sent: 30 });
  expect(Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt))).toBe(0);
});

test('U3 F19 a worker that is killed at any call leaves no end untold: the next owner tells it again', async () => {
  const run = async (call?: number, phase: 'before' | 'after' = 'before') => {
    const bus = makeBus();
    const { life, seams } = makeMortal({
      owner: 'worker-0',
      death: call === undefined ? undefined : { call, phase },
      onDeath: () => world.replace(0),
      counts: () => world.clock.now() >= DUE - MINUTE,
    });
    const world: World = worldWith(bus, { seams });
    await acceptAll(world);
    await world.runUntil(DUE + 5 * MINUTE);
    expect(world.failures).toEqual([]);
    return { calls: life.calls, told: new Set(bus.told.map(({ id }) => id)), world };
  };
  const { calls } = await run();
  expect(calls).toBeGreaterThan(5);
  for (let call = 1; call <= calls; call += 1) {
    for (const phase of ['before', 'after'] as const) {
      const { told, world } = await run(call, phase);
      const { counts } = await world.during(world.status.status());
      expect(told.size, `${phase} ${call}`).toBe(counts.dead + counts.expired + counts.unknown);
    }
  }
});
