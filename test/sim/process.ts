import type { Engine } from '../../shared/app/engine.ts';
import { makeLedgerBook } from '../../shared/app/ledger-book.ts';
import { makeTargetCache } from '../../shared/app/target-cache.ts';
import { makeTargets } from '../../shared/app/targets.ts';
import { DEFAULT_TIMING } from '../../shared/core/segment/timing.ts';
import type { MemoryQueue } from '../../shared/memory/memory-queue.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import type { Actor } from './actor.ts';
import { makeActor } from './actor.ts';
import { collectingBetween } from './collector.ts';
import type { Dice } from './dice.ts';
import { makeFaultyQueue } from './faulty-queue.ts';
import { makeFaultyStore } from './faulty-store.ts';
import { isForeseenNote } from './foreseen.ts';
import type { Model } from './model.ts';
import type { Scene } from './scene.ts';
import type { Timeline } from './timeline.ts';
import type { Trace } from './trace.ts';
import type { Truth } from './truth.ts';
import { writtenByVersionBefore } from './version-before.ts';
import type { Weather } from './weather.ts';

export type ProcessKind = 'api' | 'send' | 'tick' | 'elements' | 'process';

export type ProcessWorld = {
  readonly scene: Scene;
  readonly timeline: Timeline;
  readonly weather: Weather;
  readonly truth: Pick<Truth, 'store'>;
  readonly queue: MemoryQueue;
  readonly wakeQueue: (at: number) => void;
  readonly trace: Trace;
  readonly model: Pick<Model, 'violate' | 'ticks'>;
};

/** Running figures wait for so long in a process. */
const FLUSH_AFTER_MS = 120_000;

/** Stores the running figures at the end of an invocation, now and then, as the functions do. */
export const flushAfter = async <T>(process: Process, work: Promise<T>): Promise<T> => {
  const result = await work;
  const now = process.engine.clock.now();
  if (now - process.flushed.at >= FLUSH_AFTER_MS) {
    process.flushed.at = now;
    await process.engine.ledgers.flush();
  }
  return result;
};

/** What strikes a process of each kind at its calls. */
const DEATHS = {
  api: ['F19', 0.004],
  send: ['F19', 0.006],
  tick: ['F05', 0.004],
  elements: ['F19', 0.004],
  process: ['F19', 0.006],
} as const;
const FREEZES = { api: 0.005, send: 0.004, tick: 0.002, elements: 0.005, process: 0.004 } as const;

/** Whoever commits stands still there most often: others may take it for dead. */
const FREEZES_AT_COMMIT: Readonly<Partial<Record<ProcessKind, number>>> = { api: 0.05, elements: 0.06, process: 0.06 };

const freezes = (kind: ProcessKind, call: string): number =>
  (call.startsWith('put') ? FREEZES_AT_COMMIT[kind] : undefined) ?? FREEZES[kind];

/** From then on processes are of a deployment with one more shard (F39). */
const DEPLOYED_AFTER_MS = 3 * 60_000;

const SKEW_MS = 5_000;

/** Every process has a clock of its own, which is wrong from its first moment (F36). */
const skewOf = (weather: Weather): number => {
  if (!weather.strikes('F36', 0.8)) return 0;
  const dice = weather.dice('F36');
  return dice.chance(0.5) ? dice.int(-SKEW_MS, SKEW_MS) : dice.int(-200, 200);
};

const HOUR_MS = 3_600_000;
const OUTLIER_MS = 300_000;

/** Up to two minutes; often just longer than a lease or a commit may take, and shorter than a user waits. */
const freezeMs = (dice: Dice): number => (dice.chance(0.4) ? dice.int(15_000, 28_000) : dice.int(100, 120_000));

/** A clock that jumps by minutes or an hour, as after a failed correction, and back some minutes later (F36). */
const planJump = ({ scene, timeline, weather, trace }: ProcessWorld, actor: Actor): void => {
  if (!weather.strikes('F36', 0.1)) return;
  const dice = weather.dice('F36');
  const before = actor.offset();
  const size = scene.dice.fork(`jump of ${actor.name}`).chance(0.3) ? OUTLIER_MS : HOUR_MS;
  const jumpMs = dice.chance(0.5) ? size : -size;
  const from = timeline.now() + dice.int(0, 4 * 60_000);
  const jump = (ms: number) => () => {
    trace(() => `the clock of ${actor.name} is now ${ms} ms ahead`);
    actor.setOffset(ms);
  };
  timeline.at(from, jump(before + jumpMs));
  timeline.at(from + dice.int(1_000, 8 * 60_000), jump(before));
};

/** Makes processes: each with its own clock, owner and ways to the store and the queue. */
export const makeProcesses = (world: ProcessWorld) => {
  const { scene, timeline, weather, trace } = world;
  let made = 0;

  const strike =
    (kind: ProcessKind) =>
    (actor: Actor, call: string): void => {
      const [fault, probability] = DEATHS[kind];
      if (weather.strikes(fault, probability)) {
        trace(() => `${actor.name} dies at ${call}`);
        actor.crash();
      } else if (weather.strikes('F14', freezes(kind, call))) {
        const until = timeline.now() + freezeMs(weather.dice('F14'));
        trace(() => `${actor.name} freezes at ${call} for ${until - timeline.now()} ms`);
        actor.freezeUntil(until);
      }
    };

  const start = (kind: ProcessKind) => {
    made += 1;
    const actor = makeActor(timeline, `${kind}-${made}`);
    actor.setOffset(skewOf(weather));
    planJump(world, actor);
    const beforeCall = strike(kind);
    const dice = scene.dice.fork(`calls of ${actor.name}`);
    // What the answers of the store say of this clock.
    const seen = { skewMs: actor.offset() };
    const onAnswer = (): void => {
      seen.skewMs = actor.offset();
    };
    const isOld = kind === 'api' && weather.isOn('F39') && weather.dice('F39').chance(0.5);
    const stored = collectingBetween(world.truth.store, { weather, now: timeline.now });
    const store = makeFaultyStore(actor, {
      truth: isOld ? writtenByVersionBefore(stored, actor.clock, () => weather.note('F39')) : stored,
      weather,
      dice,
      latencyMs: scene.latencyMs,
      beforeCall,
      onAnswer,
    });
    const queue = makeFaultyQueue(actor, {
      queue: world.queue,
      timeline,
      weather,
      dice,
      beforeCall,
      wake: world.wakeQueue,
    });
    let names = 0;
    const nonce = (): string => {
      names += 1;
      return `${actor.name}.${names}`;
    };
    const telemetry: Telemetry = {
      count: () => undefined,
      lateness: () => undefined,
      note: (level, event, fields) => {
        // Without the frames of an error, which name files as this process finds them.
        trace(() => `${actor.name} ${level}: ${event} ${JSON.stringify({ ...fields, at: undefined })}`);
        if (level === 'error' && !isForeseenNote(fields))
          world.model.violate('P10', `${actor.name} notes "${event}" of ${JSON.stringify(fields)}`);
      },
    };
    const engine: Engine = {
      timeline: 'send',
      store,
      queue,
      clock: actor.clock,
      telemetry,
      ledgers: makeLedgerBook(store, actor.name),
      timing: DEFAULT_TIMING,
      shards: scene.shards + (weather.has('F39') && timeline.now() >= scene.start + DEPLOYED_AFTER_MS ? 1 : 0),
      retentionMs: scene.retentionMs,
      owner: actor.name,
      isDead: () => false,
      skewMs: () => seen.skewMs,
      nonce,
    };
    const registry = makeTargets({ store, clock: actor.clock, randomBytes: (n) => new Uint8Array(n), nonce });
    const flushed = { at: actor.clock.now() as number };
    return { actor, engine, targets: makeTargetCache(registry, actor.clock), beforeCall, flushed };
  };

  return { start };
};

export type Processes = ReturnType<typeof makeProcesses>;
export type Process = ReturnType<Processes['start']>;
