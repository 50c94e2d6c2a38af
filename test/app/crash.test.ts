import { describe, expect, test } from 'vitest';
import type { RetryPolicy } from '../../shared/core/delivery/retry.ts';
import type { MessageState } from '../../shared/core/message/message-view.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { Delivery, Outcome } from '../../shared/ports/channel.ts';
import type { Death } from '../support/mortal.ts';
import { makeMortal } from '../support/mortal.ts';
import { sized } from '../support/sized.ts';
import type { World, WorldOptions } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, bulk, failed, message, put } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;

const RETRY: RetryPolicy = { maxAttempts: 3, delaysMs: [3_000], jitter: 0.2 };

/** The payload says how its attempts end. */
const answer = ({ payload, attempt }: Delivery): Outcome => {
  const text = new TextDecoder().decode(payload);
  if (text.includes('flaky')) return attempt === 1 ? failed('HTTP_500') : { kind: 'sent' };
  if (text.includes('refused')) return failed('HTTP_404', { retryable: false, effectPossible: false, status: 404 });
  if (text.includes('hopeless') || text.includes('brief')) return failed('HTTP_500');
  return { kind: 'sent' };
};

type Expected = Map<string, readonly MessageState[]>;

/** Messages of every fate, in the scheduled lane and in the late one, in bulk and by key. */
const acceptAll = async (world: World): Promise<Expected> => {
  const expected: Expected = new Map();
  const expectState = (ids: readonly string[], ...states: MessageState[]): void => {
    for (const id of ids) expected.set(id, states);
  };
  const some = async (lane: string, due: number): Promise<void> => {
    const many = (name: string, n: number, part = {}) =>
      Array.from({ length: n }, (_, i) => message(due + i * 700, `${lane} ${name} ${i}`, part));
    const ids = await accept(world, [
      ...many('plain', 3),
      ...many('flaky', 2),
      ...many('refused', 1),
      ...many('hopeless', 1),
      ...many('brief', 1, { notAfter: plusMs(message(due).dueAt, 1_000) }),
      ...many('once', 2, { delivery: 'at-most-once' }),
      ...many('cancelled', 1),
    ]);
    expectState(ids.slice(0, 5), 'sent');
    expectState(ids.slice(5, 7), 'dead');
    expectState(ids.slice(7, 8), 'expired');
    expectState(ids.slice(8, 10), 'sent', 'unknown');
    expectState(ids.slice(10), 'cancelled');
    expectState([(await put(world, `${lane} a`, message(due + 300, 'keyed'))).id], 'sent');
    expectState([(await put(world, `${lane} b`, message(due + 400, 'keyed flaky'))).id], 'sent');
    expectState([(await put(world, `${lane} c`, message(due + 500, 'keyed cancelled'))).id], 'cancelled');
    for (const id of [ids[10] ?? '', `${lane} c`]) await world.during(world.desk.cancel(id));
  };
  await some('scheduled', DUE);
  await world.runUntil(DUE - 2 * MINUTE);
  await some('late', DUE + 1_000);
  return expected;
};

const HORIZON = DUE + 7 * MINUTE;

/** What must be true at the end, whoever was killed, and when. */
const expectWhole = async (world: World, expected: Expected): Promise<void> => {
  expect(world.failures).toEqual([]);
  const counts: Partial<Record<MessageState, number>> = {};
  for (const [id, states] of expected) {
    const view = await world.during(world.desk.find(id));
    expect(states, `${id} is ${view?.state}`).toContain(view?.state);
    if (view) counts[view.state] = (counts[view.state] ?? 0) + 1;
  }
  expect(world.arrivals.filter(({ at, dueAt }) => at < dueAt)).toEqual([]);
  expect(world.arrivals.map(({ id }) => id).filter((id) => !expected.has(id))).toEqual([]);
  expect((await world.during(world.tick.run())).settledThrough * MINUTE).toBeGreaterThan(DUE + 4 * MINUTE);
  const status = await world.during(world.status.status());
  expect(status.counts).toMatchObject({ accepted: expected.size, pending: 0, retrying: 0, ...counts });
  const letters = await world.during(world.deadLetters.list({ limit: 100 }));
  expect(letters.items.length).toBe(counts.dead);
};

type Repeated = { readonly id: string; readonly attempt: number; readonly by: readonly string[] };

/** Attempts that arrived more than once, and who made them. */
const repeated = (world: World): Repeated[] =>
  [...Map.groupBy(world.arrivals, ({ id, attempt }) => `${id} ${attempt}`).values()]
    .filter((same) => same.length > 1)
    .map((same) => ({ id: same[0]?.id ?? '', attempt: same[0]?.attempt ?? 0, by: same.map(({ by }) => by) }));

const SETTINGS: WorldOptions = { shards: 1, workers: 1, target: { retry: RETRY }, answer };

type Victim = { readonly owner: string; readonly counts?: (at: number) => boolean };

/** Lets a process live, or kills it and puts another in its place. */
const run = async ({ owner, counts }: Victim, death?: Death) => {
  const { life, seams } = makeMortal({
    owner,
    death,
    onDeath: () => (owner === 'tick' ? world.replaceTick() : world.replace(0)),
    counts: () => counts?.(world.clock.now()) ?? true,
  });
  const world: World = makeWorld({ ...SETTINGS, seams });
  const expected = await acceptAll(world);
  await world.runUntil(HORIZON);
  await expectWhole(world, expected);
  return { world, expected, calls: life.calls };
};

/** One of so many deaths is lived through: odd, so that those before a call and those after one take turns. */
const DEATHS_STEP = sized(3, 1);

/** A death before and one after every call that the victim makes when nobody kills it. */
const deathsOf = async (victim: Victim): Promise<Death[]> => {
  const { world, calls } = await run(victim);
  expect(repeated(world)).toEqual([]);
  expect(calls).toBeGreaterThan(15);
  const deaths = Array.from({ length: calls }, (_, n) => n + 1).flatMap((call): Death[] => [
    { call, phase: 'before' },
    { call, phase: 'after' },
  ]);
  return deaths.filter((_, n) => n % DEATHS_STEP === 0);
};

describe('P1 P3 P5 a process that is killed at any one of its calls', () => {
  test('F19 is a worker: the next one takes over after the lease, and repeats only what was not logged', async () => {
    const victim: Victim = { owner: 'worker-0' };
    for (const death of await deathsOf(victim)) {
      const { world, expected } = await run(victim, death);
      for (const { id, by } of repeated(world)) {
        expect(by, JSON.stringify(death)).toEqual(['worker-0', 'worker-1']);
        expect(expected.get(id)).not.toContain('unknown');
      }
      // The lease, the difference between clocks, the tick, and two retries.
      const last = Math.max(...world.arrivals.map(({ at }) => at));
      expect(last - DUE, JSON.stringify(death)).toBeLessThan(2 * MINUTE);
    }
  });

  test('F05 is the tick: the next one sends again what was lost, and nothing is sent late or twice', async () => {
    // The tick that opens the bucket, and the one that sweeps it first.
    const counts = (at: number): boolean =>
      [DUE - 4 * MINUTE, DUE + MINUTE].some((tick) => at >= tick && at < tick + 1);
    const victim: Victim = { owner: 'tick', counts };
    for (const death of await deathsOf(victim)) {
      const { world } = await run(victim, death);
      expect(repeated(world)).toEqual([]);
      expect(Math.max(...world.arrivals.map(({ at, dueAt, attempt }) => (attempt === 1 ? at - dueAt : 0)))).toBe(0);
    }
  });

  test('F19 F43 is an intake: the same call again gives exactly one delivery of each message', async () => {
    const now = WORLD_START;
    const messages = Array.from({ length: 60 }, (_, n) => message(n % 3 === 0 ? now + 1_000 : DUE + n * 500, n));
    for (let call = 1, done = false; !done; call += 1) {
      for (const phase of ['before', 'after'] as const) {
        const { life, seams } = makeMortal({ owner: 'api', death: { call, phase } });
        const world = makeWorld({ shards: 2, seams });
        world.track(bulk(world, messages, 'key'));
        await world.runUntil(now + 61_000);
        done = !life.dead;
        const again = await world.during(bulk(world.makeApi('api-2'), messages, 'key'));
        await world.runUntil(DUE + 2 * MINUTE);
        expect(world.failures).toEqual([]);
        expect(world.arrivals.map(({ id }) => id).sort()).toEqual([...again.ids].sort());
      }
    }
  });
});
