import { makeTickFunction } from '../../functions/tick/tick.ts';
import { toTargetItem } from '../../shared/app/target-record.ts';
import { makeTick } from '../../shared/app/tick/make-tick.ts';
import type { Target } from '../../shared/core/delivery/target.ts';
import { hash32 } from '../../shared/core/hash.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryQueue } from '../../shared/memory/memory-queue.ts';
import type { Item } from '../../shared/ports/item-store.ts';
import { sleepUntilExpired } from './aftermath.ts';
import { makeAttemptChecks } from './attempt-checks.ts';
import type { FaultId } from './fault-table.ts';
import type { Verdict } from './final-checks.ts';
import { judgeEnd } from './final-checks.ts';
import type { Model, Violation } from './model.ts';
import { makeModel } from './model.ts';
import { makeNoise } from './noise.ts';
import { checkPace, PACED_PER_SECOND, RETRY } from './pace-checks.ts';
import type { Process } from './process.ts';
import { makeProcesses } from './process.ts';
import { makeReceiver } from './receiver.ts';
import { loadSend, makeSandboxes } from './sandboxes.ts';
import type { Scene } from './scene.ts';
import { makeScene } from './scene.ts';
import { makeTicks } from './ticks.ts';
import type { Timeline } from './timeline.ts';
import { makeTimeline } from './timeline.ts';
import type { Trace } from './trace.ts';
import type { StoredEntry, Truth } from './truth.ts';
import { makeTruth } from './truth.ts';
import { makeDeeds, REUSED_KEYS, TARGETS } from './user-plan.ts';
import { makeUsers } from './users.ts';
import type { Weather } from './weather.ts';
import { makeWeather } from './weather.ts';

const MINUTE_MS = 60_000;

/** After the last fault everything has so long to settle (P1). */
const SETTLE_WITHIN_MS = 4 * 60 * MINUTE_MS;

export type SeedReport = {
  readonly seed: number;
  readonly on: readonly FaultId[];
  readonly messages: number;
  /** Elements of process functions that were acknowledged. */
  readonly elements: number;
  readonly events: number;
  readonly struck: Readonly<Record<string, number>>;
  readonly violations: readonly Violation[];
  readonly verdict: Pick<Verdict, 'lost' | 'recovered' | 'duplicates'>;
};

export type SeedOptions = { readonly only?: ReadonlySet<FaultId>; readonly trace?: (line: string) => void };

const targetNamed = (name: string, now: number): Target => ({
  name,
  destination: { kind: 'none' },
  timeoutMs: 10_000,
  retry: RETRY,
  delivery: name === 'once' ? 'at-most-once' : 'at-least-once',
  headers: {},
  createdAt: epochMs(now),
  ...(name === 'paced' ? { ratePerSecond: PACED_PER_SECOND } : {}),
});

export const makePages = (scene: Scene, weather: Weather): (() => number) => {
  const dice = scene.dice.fork('pages');
  return () => {
    if (!scene.on.has('F31')) return Number.POSITIVE_INFINITY;
    weather.note('F31');
    return dice.pick([0, 1, 2, 5, 10]);
  };
};

/** The same entry is damaged in the same way however often it is written. */
const makeSpoiler =
  (scene: Scene, weather: Weather) =>
  (item: Item): Item => {
    if (!scene.on.has('F51') || item.table !== 'segments' || !/^[EL]#/.test(item.sk)) return item;
    const chance = hash32(item.pk + item.sk, scene.seed) / 2 ** 32;
    if (chance > 0.04 || !item.body) return item;
    weather.note('F51');
    if (chance < 0.01) return { ...item, doc: '{' };
    const body = new Uint8Array(item.body);
    body[Math.floor((chance * body.length) / 0.04)] = 0x5a;
    return { ...item, body };
  };

/** What its unit settled without: the reader had listed before it came, and its writer died before it announced it. */
const isPassedOver = (truth: Truth, entry: StoredEntry): boolean => {
  const unit = truth.unitOf(entry);
  return (
    entry.behindReader && unit?.last.settled === true && !unit.announced.has(entry.sk) && !unit.perEntry.has(entry.sk)
  );
};

/** What a process stored that died before it told anybody, behind the sweep or the reader: nobody was promised anything. */
const isForgotten = (truth: Truth, model: Model, entry: StoredEntry): boolean => {
  const untold = entry.fresh === entry.n && !model.acceptedEntries.has(`${entry.pk}|${entry.sk}`);
  return (untold && (!truth.unitOf(entry) || isPassedOver(truth, entry))) || truth.isUnfinished(entry);
};

/** Every unit is settled, and what the sweep had passed is counted too: until then a mark stands, and the totals are not whole. */
const isSettled = (truth: Truth, model: Model): boolean => {
  if (truth.marks.size > 0) return false;
  const settledThrough = truth.cursor()?.settledThrough ?? 0;
  for (const entry of truth.entries.values()) {
    if (entry.minute > settledThrough) return false;
    if (truth.isDone(entry) && truth.unitOf(entry)?.last.settled) continue;
    if (!isForgotten(truth, model, entry)) return false;
  }
  return true;
};

const setUp = (scene: Scene, trace: Trace, timeline: Timeline) => {
  const weather = makeWeather(scene, timeline);
  const model = makeModel(timeline.now);
  const pageItems = makePages(scene, weather);
  const truth = makeTruth({ model, trace, pageItems, spoil: makeSpoiler(scene, weather) });
  const queue = makeMemoryQueue({ clock: { now: () => epochMs(timeline.now()) }, visibilityMs: scene.visibilityMs });
  const base = { scene, timeline, weather, truth, queue, trace, model, wakeQueue: (at: number) => sandboxes.wake(at) };
  const processes = makeProcesses(base);
  const dice = scene.dice.fork('receivers');
  const onStart = makeAttemptChecks(model, timeline.now);
  const receiver = makeReceiver({ timeline, weather, model, dice, trace, onStart });
  const load = () => loadSend(processes, receiver.channelOf);
  const sandboxes = makeSandboxes({ ...base, load, dice: scene.dice.fork('sandboxes') });
  const tickOf = ({ engine }: Process) => makeTickFunction({ ...engine, tick: makeTick(engine) });
  const ticks = makeTicks({ ...base, processes, tickOf });
  const users = makeUsers({ ...base, processes, dice: scene.dice.fork('wires') }, makeDeeds(scene));
  makeNoise(base);
  if (scene.on.has('F37')) weather.note('F37');
  return { ...base, ticks, users };
};

/** Waits until everything that is stored is settled. */
const settle = async ({ timeline, users, truth, model }: ReturnType<typeof setUp>, open: number, deadline: number) => {
  while (timeline.now() < deadline && !(users.open() <= open && isSettled(truth, model))) {
    await timeline.runUntil(timeline.now() + MINUTE_MS);
  }
  if (timeline.now() >= deadline) model.violate('P1', 'not settled hours after the last fault');
};

const live = async (world: ReturnType<typeof setUp>): Promise<void> => {
  const { scene, timeline, weather, ticks } = world;
  await timeline.runUntil(weather.calmFrom);
  const later = scene.on.has('F35') ? REUSED_KEYS : 0;
  await settle(world, later, Math.max(weather.calmFrom, scene.start + 30 * MINUTE_MS) + SETTLE_WITHIN_MS);
  if (scene.returnAt === Number.POSITIVE_INFINITY) return;
  ticks.setIdle(true);
  await sleepUntilExpired(world);
  ticks.setIdle(false);
  await settle(world, 0, scene.returnAt + SETTLE_WITHIN_MS);
};

/** Lives through one seed with messages: users and faults, then calm, then the verdict. */
export const runMessageSeed = async (seed: number, options: SeedOptions = {}): Promise<SeedReport> => {
  const scene = makeScene(seed, options.only);
  const timeline = makeTimeline(scene.start, scene.dice.fork('order'));
  const told = options.trace;
  const trace: Trace = told ? (line) => told(`${timeline.now() - scene.start} ${line()}`) : () => undefined;
  const world = setUp(scene, trace, timeline);
  const { weather, model, truth } = world;
  await truth.raw.putMany(
    TARGETS.map((name) => toTargetItem({ target: targetNamed(name, scene.start), nonce: '-' }, 1)),
  );
  await live(world);
  const { lost, recovered, duplicates } = judgeEnd(model, truth, weather);
  checkPace(model, scene, weather.calmFrom);
  return {
    seed,
    on: [...scene.on],
    messages: model.accepted.size,
    elements: 0,
    events: timeline.events(),
    struck: Object.fromEntries(weather.struck),
    violations: model.violations,
    verdict: { lost, recovered, duplicates },
  };
};
