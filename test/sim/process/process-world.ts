import { toTargetItem } from '../../../shared/app/target-record.ts';
import type { RetryPolicy } from '../../../shared/core/delivery/retry.ts';
import type { Target } from '../../../shared/core/delivery/target.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { NOTHING_LOST } from '../final-checks.ts';
import { makeScene } from '../scene.ts';
import { makeTimeline } from '../timeline.ts';
import type { Trace } from '../trace.ts';
import type { SeedOptions, SeedReport } from '../world.ts';
import { judgeEventTime, judgeProcesses } from './judge.ts';
import { castOf } from './programs.ts';
import { type ProcessSetUp, setUp } from './set-up.ts';
import { isSourced } from './source-plan.ts';

const MINUTE_MS = 60_000;

/** After the last fault everything has so long to settle (P1). */
const SETTLE_WITHIN_MS = 2 * 60 * MINUTE_MS;

/** By then every partition counts as idle, and what the watermark reached has fired. */
const QUIET_MS = 3 * MINUTE_MS;

/** A clock that jumped before all was calm is right again by then. */
const LONGEST_JUMP_MS = 13 * MINUTE_MS;

const TARGETS = ['push', 'late', 'future'] as const;

/** Nothing is given up, however long the receiver is down. */
const RETRY: RetryPolicy = { maxAttempts: 1_000, delaysMs: [2_000, 10_000, 30_000], jitter: 0.2 };

const targetNamed = (name: string, now: number): Target => ({
  name,
  destination: { kind: 'none' },
  timeoutMs: 10_000,
  retry: RETRY,
  delivery: 'at-least-once',
  headers: {},
  createdAt: epochMs(now),
});

/** Lets time pass until `isDone`, minute by minute. */
const waitFor = async ({ timeline, model }: ProcessSetUp, isDone: () => boolean, deadline: number): Promise<void> => {
  while (timeline.now() < deadline && !isDone()) await timeline.runUntil(timeline.now() + MINUTE_MS);
  if (timeline.now() >= deadline) model.violate('P1', 'not settled hours after the last fault');
};

const live = async (world: ProcessSetUp): Promise<void> => {
  const { scene, timeline, weather, sources, truth, programs } = world;
  await timeline.runUntil(weather.calmFrom);
  const deadline = weather.calmFrom + SETTLE_WITHIN_MS;
  await waitFor(world, () => sources.open() === 0, deadline);
  const jumpedUntil = scene.on.has('F36') ? weather.calmFrom + LONGEST_JUMP_MS : 0;
  await timeline.runUntil(Math.max(timeline.now() + QUIET_MS, jumpedUntil));
  judgeEventTime(world);
  const sourced = programs.filter(isSourced);
  let ending = sourced.length;
  const onEnd = (): void => {
    ending -= 1;
  };
  for (const { name } of sourced) void sources.end(name).then(onEnd);
  await timeline.runUntil(timeline.now() + QUIET_MS);
  await waitFor(world, () => ending === 0 && truth.isSettled(), deadline);
};

/** Lives through one seed with process functions: sources and faults, then calm, then the verdict. */
export const runProcessSeed = async (seed: number, options: SeedOptions = {}): Promise<SeedReport> => {
  const scene = makeScene(seed, options.only);
  const timeline = makeTimeline(scene.start, scene.dice.fork('order'));
  const told = options.trace;
  const trace: Trace = told ? (line) => told(`${timeline.now() - scene.start} ${line()}`) : () => undefined;
  const world = setUp(scene, trace, { timeline, programs: castOf(scene) });
  const { weather, model, truth, outlet } = world;
  await truth.raw.putMany(
    TARGETS.map((name) => toTargetItem({ target: targetNamed(name, scene.start), nonce: '-' }, 1)),
  );
  await live(world);
  judgeProcesses(world);
  const tooLarge = outlet.rows().filter(({ process, target }) => process === 'hoard' && target === 'late');
  if (tooLarge.length > 0) weather.note('F32', tooLarge.length);
  const sent = world.deeds.flatMap(({ deed }) => (deed.kind === 'send' ? deed.sent : []));
  const taken = sent.flatMap(({ draft, fate }) => (fate === 'taken' ? [draft.id] : []));
  return {
    seed,
    on: [...scene.on],
    messages: outlet.rows().length,
    elements: new Set(taken).size,
    events: timeline.events(),
    struck: Object.fromEntries(weather.struck),
    violations: model.violations,
    verdict: NOTHING_LOST,
  };
};
