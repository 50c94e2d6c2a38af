import { expect, test } from 'vitest';
import { Problem } from '../../shared/core/problem.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import { makeRandom } from '../support/random.ts';
import { aheadClock, storeThrough } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, message, put } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;
const COUNT = 80;

type Kind = 'keyed' | 'bulk';
type Race = { readonly seed: number; readonly kind: Kind };

/** One message, and a change of it that is asked for so long before it is due, by the clock of the API. */
type Case = { readonly id: string; readonly key: string; readonly due: number; readonly leadMs: number };

type Verdict = 'done' | 'both' | 'too late' | 'unknown';

/** What was answered, and how long before the message was due by the clock of the API. */
type Answer = { readonly verdict: Verdict; readonly leftMs: number };

/** Two machines whose clocks differ by up to a second, calls that take up to 80 ms, and writes of the API that take seconds. */
const raceWorld = (random: () => number) => {
  const aheadMs = (): number => Math.floor(random() * 3) * 500 - 500;
  const [apiAheadMs, workersAheadMs] = [aheadMs(), aheadMs()];
  let racing = false;
  const world: World = makeWorld({
    shards: 2,
    workers: 2,
    seams: {
      clock: (owner, clock) => aheadClock(clock, owner === 'api' ? apiAheadMs : workersAheadMs),
      store: (owner, store) =>
        storeThrough(store, async (call, run) => {
          const slow = racing && owner === 'api' && random() < (call.startsWith('put ') ? 0.5 : 0.05);
          const takesMs = racing ? random() * (slow ? 5_000 : 80) : 0;
          const half = (): Promise<void> => world.clock.sleepUntil(plusMs(world.clock.now(), Math.round(takesMs / 2)));
          await half();
          const result = await run();
          await half();
          return result;
        }),
    },
  });
  const setRacing = (now: boolean): void => {
    racing = now;
  };
  return { world, apiAheadMs, setRacing };
};

const makeCases = async (world: World, random: () => number, kind: Kind): Promise<Case[]> => {
  const dues = Array.from({ length: COUNT }, (_, n) => DUE + n * 250 + Math.floor(random() * 250));
  const leads = dues.map(() => (random() < 0.5 ? 2_000 + random() * 400 - 200 : random() * 4_500));
  const ids =
    kind === 'bulk'
      ? await accept(
          world,
          dues.map((due, n) => message(due, n)),
        )
      : [];
  const cases: Case[] = [];
  for (const [n, due] of dues.entries()) {
    const id = ids[n] ?? (await put(world, `k${n}`, message(due, n))).id;
    cases.push({ id, key: kind === 'bulk' ? id : `k${n}`, due, leadMs: Math.round(leads[n] ?? 0) });
  }
  return cases;
};

const verdictOf = async (call: Promise<Verdict>): Promise<Verdict> => {
  try {
    return await call;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    if (error.code === 'TOO_LATE') return 'too late';
    if (error.status === 503) return 'unknown';
    throw error;
  }
};

/** Asks for all changes at their times; gives the answers in the order of the cases. */
const runRace = async (race: Race, change: (world: World, one: Case) => Promise<Verdict>) => {
  const random = makeRandom(race.seed);
  const { world, apiAheadMs, setRacing } = raceWorld(random);
  const cases = await makeCases(world, random, race.kind);
  const answers = new Map<Case, Answer>();
  setRacing(true);
  for (const one of cases) {
    const ask = async (): Promise<void> => {
      await world.clock.sleepUntil(plusMs(world.clock.now(), one.due - one.leadMs - apiAheadMs - world.clock.now()));
      const verdict = await verdictOf(change(world, one));
      answers.set(one, { verdict, leftMs: one.due - world.engine.clock.now() });
    };
    world.track(ask());
  }
  await world.runUntil(DUE + 3 * MINUTE);
  setRacing(false);
  expect(world.failures).toEqual([]);
  expect(answers.size).toBe(COUNT);
  return { world, cases, answers };
};

const timesOf = (world: World, id: string): number => world.arrivals.filter((arrival) => arrival.id === id).length;

/** What must hold whatever the race: the answer is true, it is no refusal too early, and no promise too late. */
const expectTrue = (world: World, one: Case, answer: Answer | undefined): Verdict | undefined => {
  const seen = { asked: one.leadMs, ...answer, times: timesOf(world, one.id) };
  if (seen.verdict !== 'unknown') expect(seen).toMatchObject({ times: seen.verdict === 'done' ? 0 : 1 });
  if (one.leadMs < 2_000) expect(seen).not.toMatchObject({ verdict: 'done' });
  if (seen.verdict === 'too late') expect(seen.leftMs).toBeLessThan(2_000);
  return answer?.verdict;
};

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9];

test.each(
  SEEDS.flatMap((seed): Race[] => [
    { seed, kind: 'keyed' },
    { seed, kind: 'bulk' },
  ]),
)(
  'P9 F36 F45 a $kind message that is answered as cancelled never fires, and one that fires is answered 409 (seed $seed)',
  async (race) => {
    const cancel = async (world: World, { key }: Case): Promise<Verdict> =>
      (await world.desk.cancel(key)).state === 'cancelled' ? 'done' : 'both';
    const { world, cases, answers } = await runRace(race, cancel);
    for (const one of cases) {
      const verdict = expectTrue(world, one, answers.get(one));
      expect(verdict).not.toBe('both');
      const view = await world.during(world.desk.find(one.id));
      expect(view?.state).toBe(timesOf(world, one.id) === 0 ? 'cancelled' : 'sent');
    }
    const verdicts = cases.map((one) => answers.get(one)?.verdict);
    expect(verdicts.filter((verdict) => verdict === 'unknown').length).toBeLessThanOrEqual(2);
    expect(verdicts).toEqual(expect.arrayContaining(['done', 'too late']));
  },
);

test.each(SEEDS)(
  'P9 F36 F45 a message that is answered as moved fires once, at its new time (seed %i)',
  async (seed) => {
    const later = (due: number): number => due + MINUTE;
    const moved = new Map<Case, string>();
    const move = async (world: World, one: Case): Promise<Verdict> => {
      const { view, replaced } = await world.desk.putKeyed(one.key, message(later(one.due), 'moved'));
      moved.set(one, view.id);
      return replaced ? 'done' : 'both';
    };
    const { world, cases, answers } = await runRace({ seed, kind: 'keyed' }, move);
    for (const one of cases) {
      const verdict = expectTrue(world, one, answers.get(one));
      const news = world.arrivals.filter(({ id }) => id === moved.get(one));
      if (verdict === 'unknown') continue;
      expect(news.map(({ dueAt }) => dueAt)).toEqual(verdict === 'too late' ? [] : [later(one.due)]);
    }
  },
);
