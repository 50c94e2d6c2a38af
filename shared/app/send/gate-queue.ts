import type { Target } from '../../core/delivery/target.ts';
import { hash32 } from '../../core/hash.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import type { Channel, Outcome } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Bell, HoldCursor } from './hold-cursor.ts';
import type { Pacer } from './pacer.ts';
import type { Job, UnitRun } from './unit-run.ts';

export type GateLimits = {
  /** Attempts of one target under way at once. */
  readonly inFlight: number;
  /** Items of one target that may wait in memory; more are carried to later. */
  readonly waiting: number;
};

export const DEFAULT_GATE_LIMITS: GateLimits = { inFlight: 256, waiting: 200_000 };

/** A start further away than this is not waited for in memory. */
export const PATIENCE_MS = 1_500;

/** So often a queue is measured: what would take the target longer than `QUEUE_PATIENCE_MS` is carried to later. */
const MEASURE_EVERY_MS = 500;
const QUEUE_PATIENCE_MS = 60_000;

/** Items that are carried on because too many wait come back within this time, evenly. */
const OVERFLOW_SPREAD_MS = 4_000;

export type GateDeps = {
  readonly clock: Clock;
  readonly cursor: HoldCursor;
  readonly pacer: Pacer;
  readonly channelOf: (target: Target) => Channel;
  readonly conclude: (job: Job, outcome: Outcome) => void;
  /** Gives a job back to its unit, to come again at `dueAt`; `paced` where that is a slot of the target's rate. */
  readonly defer: (job: Job, dueAt: EpochMs, paced: boolean) => void;
  readonly limits: GateLimits;
};

export type Gate = {
  readonly deps: GateDeps;
  target: Target;
  readonly bell: Bell;
  /** Ready to start, in order; `head` is the first that has not started. */
  queue: Job[];
  head: number;
  /** Waiting for a slot of the target's rate. */
  unslotted: Job[];
  /** Slots that are near, in order. */
  slotted: { readonly job: Job; readonly at: EpochMs }[];
  inFlight: number;
  /** Attempts that ended so far, and how long they take, in a moving mean. */
  ended: number;
  latencyMs: number;
  readonly measureBell: Bell;
  measuring: boolean;
  pausedUntil: EpochMs;
  reserving: boolean;
  ticking: boolean;
  pumping: boolean;
};

export const makeGate = (deps: GateDeps, target: Target): Gate => ({
  deps,
  target,
  bell: deps.cursor.makeBell(),
  queue: [],
  head: 0,
  unslotted: [],
  slotted: [],
  inFlight: 0,
  ended: 0,
  latencyMs: 0,
  measureBell: deps.cursor.makeBell(),
  measuring: false,
  pausedUntil: epochMs(0),
  reserving: false,
  ticking: false,
  pumping: false,
});

export const pause = (gate: Gate, retryAfterMs: number): void => {
  gate.pausedUntil = epochMs(Math.max(gate.pausedUntil, plusMs(gate.deps.clock.now(), retryAfterMs)));
};

export const share = (job: Job): number => hash32(job.delivery.messageId) / 2 ** 32;

export const waiting = (gate: Gate): number => gate.queue.length - gate.head;

export const isIdle = (gate: Gate): boolean =>
  gate.inFlight === 0 &&
  waiting(gate) === 0 &&
  gate.unslotted.length + gate.slotted.length === 0 &&
  gate.pausedUntil <= gate.deps.clock.now();

export const take = (gate: Gate, count: number): Job[] => {
  const jobs = gate.queue.slice(gate.head, gate.head + count);
  gate.head += jobs.length;
  if (gate.head === gate.queue.length || gate.head > 10_000) {
    gate.queue = gate.queue.slice(gate.head);
    gate.head = 0;
  }
  return jobs;
};

/** Gives back what waits, but for the first `keep`. */
export const deferBehind = (gate: Gate, keep: number, dueOf: (job: Job) => number): void => {
  for (const job of gate.queue.splice(gate.head + keep)) gate.deps.defer(job, epochMs(Math.ceil(dueOf(job))), false);
};

const overflowDue = (job: Job, now: EpochMs): EpochMs =>
  plusMs(now, PATIENCE_MS + Math.ceil(OVERFLOW_SPREAD_MS * share(job)));

export const deferOverflow = (gate: Gate, keep: number): void => {
  const now = gate.deps.clock.now();
  if (waiting(gate) > keep) deferBehind(gate, keep, (job) => overflowDue(job, now));
};

/** What waits for longer than this keeps a unit from its other targets, when the unit is full. */
const RELIEF_MS = 1_000;

/** How long the last of those that wait will wait, as attempts went so far. */
const waitMs = (gate: Gate): number => (waiting(gate) * gate.latencyMs) / Math.max(1, gate.inFlight);

/** Gives back what of a unit waits at the gate where it takes longest; nothing where that is quick. */
export const relieve = (gates: Iterable<Gate>, run: UnitRun): void => {
  const slowest = [...gates].reduce<Gate | undefined>((a, b) => (a && waitMs(a) >= waitMs(b) ? a : b), undefined);
  if (!slowest || waitMs(slowest) < RELIEF_MS) return;
  const queue = slowest.queue.slice(slowest.head);
  slowest.queue = queue.filter((job) => job.run !== run);
  slowest.head = 0;
  const now = slowest.deps.clock.now();
  for (const job of queue) if (job.run === run) slowest.deps.defer(job, overflowDue(job, now), false);
};

/** Measures while jobs wait how many of them end, and gives back those for which it would take too long. */
export const measure = async (gate: Gate): Promise<void> => {
  if (gate.measuring) return;
  gate.measuring = true;
  const { clock } = gate.deps;
  while (waiting(gate) > 0) {
    const [from, endedBefore] = [clock.now(), gate.ended];
    await gate.measureBell.wait(plusMs(from, MEASURE_EVERY_MS));
    const now = clock.now();
    const aMs = (gate.ended - endedBefore) / Math.max(1, now - from);
    if (gate.pausedUntil <= now) deferOverflow(gate, Math.ceil(aMs * QUEUE_PATIENCE_MS));
  }
  gate.measuring = false;
};
