import { expect, test } from 'vitest';
import { BUCKET_MS } from '../../shared/core/segment/bucket.ts';
import type { Timing } from '../../shared/core/segment/timing.ts';
import { DEFAULT_TIMING } from '../../shared/core/segment/timing.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeRandom } from '../support/random.ts';
import { sized } from '../support/sized.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';

type Race = {
  readonly seed: number;
  readonly calls: number;
  readonly perCall: number;
  readonly minutes: number;
  readonly shards: number;
  readonly timing: Timing;
  /** The share of store calls that take seconds, so that puts end long after the close that they were begun before. */
  readonly slow: number;
};

type Plan = { readonly at: number; readonly dues: readonly number[] };

/** Calls that start within two seconds of a bucket's close, for instants around that bucket's boundaries. */
const plan = (random: () => number, race: Race): Plan[] => {
  const around = (instant: number, ms: number): number => Math.round(instant + (random() * 2 - 1) * ms);
  return Array.from({ length: race.calls }, () => {
    const bucket = WORLD_START + (6 + Math.floor(random() * race.minutes)) * BUCKET_MS;
    const at = Math.max(WORLD_START + 1, around(bucket - race.timing.lookaheadMs, 2_000));
    const boundary = bucket + (random() < 0.5 ? 0 : BUCKET_MS - 1);
    return { at, dues: Array.from({ length: race.perCall }, () => Math.max(at, around(boundary, 3))) };
  }).sort((a, b) => a.at - b.at);
};

const run = async (race: Race) => {
  const random = makeRandom(race.seed);
  // Ticks are skipped up to four times in a row, doubled, and on time otherwise (F01, F03).
  let skipped = 0;
  const ticks = (): number => {
    const skip = race.timing === DEFAULT_TIMING && random() < 0.4 && skipped < 4;
    skipped = skip ? skipped + 1 : 0;
    return skip ? 0 : random() < 0.3 ? 2 : 1;
  };
  const latencyMs = (): number => Math.floor(random() < race.slow ? random() * 4_000 : random() * 20);
  const world = makeWorld({ ticks, latencyMs, workers: 3, shards: race.shards, timing: race.timing });
  const accepted = new Map<string, { due: number; at: number }>();
  const send = async ({ dues }: Plan, n: number): Promise<void> => {
    const intake = await world.desk.openIntake({ idempotencyKey: `call-${n}`, keepReceipts: true });
    for (const due of dues) void intake.add({ target: 'push', dueAt: epochMs(due), payload: '{}' });
    const { ids, dueAt } = await intake.finish('-');
    for (const [index, id] of ids.entries()) accepted.set(id, { due: dueAt[index] ?? 0, at: world.clock.now() });
  };
  for (const [n, call] of plan(random, race).entries()) {
    await world.runUntil(call.at);
    world.track(send(call, n));
  }
  const end = WORLD_START + (6 + race.minutes + 8) * BUCKET_MS;
  await world.runUntil(end);
  return { world, accepted, end };
};

/** How late a message may be that was accepted in time, a slow worker's calls included. */
const toleranceOf = (race: Race): number => (race.slow > 0 ? 25_000 : 1_000);

const check = async (race: Race): Promise<void> => {
  const { world, accepted, end } = await run(race);
  expect(world.failures).toEqual([]);
  expect(accepted.size).toBe(race.calls * race.perCall);
  const times = new Map<string, number>();
  for (const { id } of world.arrivals) times.set(id, (times.get(id) ?? 0) + 1);
  const lost = [...accepted.keys()].filter((id) => !times.has(id));
  const twice = [...times].filter(([, n]) => n > 1);
  const early = world.arrivals.filter(({ at, dueAt }) => at < dueAt);
  const late = world.arrivals.filter(
    ({ id, at, dueAt }) => at - Math.max(dueAt, accepted.get(id)?.at ?? 0) > toleranceOf(race),
  );
  expect({ lost, twice, early, late }).toEqual({ lost: [], twice: [], early: [], late: [] });
  const { settledThrough } = await world.during(world.tick.run(), end + 60_000);
  expect(settledThrough).toBeGreaterThan(end / BUCKET_MS - 4);
};

/** The reader lists so soon after the close that a slow put lands behind it. */
const TIGHT: Timing = { ...DEFAULT_TIMING, lookaheadMs: 4_000, guardMs: 100, skewMs: 1_000, leadMs: 3_500 };

const DENSE = { calls: 300, perCall: 20, minutes: 12, shards: 4, timing: DEFAULT_TIMING, slow: 0 };
const SPARSE = { calls: 60, perCall: 1, minutes: 12, shards: 16, timing: DEFAULT_TIMING, slow: 0 };
const SLOW = { calls: 200, perCall: 3, minutes: 10, shards: 2, timing: TIGHT, slow: 0.1 };

test.each([1, 2, 3, 4, 5, 6])(
  'P1 P3 P6 F01 F03 messages around every close and boundary arrive exactly once (seed %i)',
  async (seed) => {
    await check({ seed, ...DENSE });
    await check({ seed, ...SPARSE });
    await check({ seed, ...SLOW });
  },
  60_000,
);

const crowd = { calls: sized(1_000, 5_000), minutes: sized(15, 60) };

test(`P1 P3 P6 F01 F03 ${crowd.calls * DENSE.perCall} of them in one world`, async () => {
  await check({ ...DENSE, seed: 99, ...crowd });
}, 120_000);
