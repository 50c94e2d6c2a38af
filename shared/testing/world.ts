import type { PendingCall } from '../core/process/call/pending-call.ts';
import type { AttemptEnd, Waiting } from '../core/process/call/schedule.ts';
import { NO_WATERMARK } from '../core/process/event-time.ts';
import type { Process } from '../core/process/process.ts';
import type { Snapshot } from '../core/process/snapshot.ts';
import { step } from '../core/process/step.ts';
import type { BroadcastState, Effects, Input } from '../core/process/turn.ts';
import type { Combined } from '../core/process/watermark/combined.ts';
import type { SourceWatermarks } from '../core/process/watermark/source-watermarks.ts';
import { dueAt, fireInOrder } from './due-keys.ts';
import type { CrashPoint, HarnessEvent, RunningCall } from './harness-types.ts';
import type { KeyStore } from './key-store.ts';

/** Thrown by a turn that a test let crash. */
export class HarnessCrash extends Error {
  override readonly name = 'HarnessCrash';
}

/** The world of a process under test: its stored keys, the time, and what has left it. */
export type World = {
  readonly process: Process;
  readonly store: KeyStore;
  readonly log: HarnessEvent[];
  now: number;
  /** The last millisecond of processing time whose timers fire. */
  over: number;
  watermarks: Combined;
  sources: SourceWatermarks;
  /** Does `now` say what is of the future? */
  readonly dated: boolean;
  broadcast: BroadcastState;
  broadcasts: number;
  crash: CrashPoint | null;
  /** The key whose turn crashed: what it committed is delivered before anything else. */
  interrupted: string | null;
  /** The key whose last commit is stored, and not delivered yet. */
  undelivered: string | null;
  /** Timers wait that the watermark has reached: a crash came between. */
  behind: boolean;
  ended: boolean;
  /** The calls in the snapshots of all keys that have some. */
  readonly pending: Map<string, readonly PendingCall[]>;
  readonly running: Map<string, Attempt>;
  /** Watermarks that wait for calls from before them. */
  readonly held: number[];
};

/** An attempt that runs: until its timeout, or its answer if that comes first. */
export type Attempt = {
  readonly waiting: Waiting;
  readonly running: RunningCall;
  readonly timesOutAt: number;
  answer: { readonly at: number; readonly end: AttemptEnd } | null;
};

type Work = { readonly inputs: readonly Input[]; readonly fireThrough?: number; readonly maxCalls?: number };

/** One turn of a key through the commit protocol: read, step, write once, deliver; throws what a handler threw. */
export const runTurn = (world: World, key: string, work: Work): { snapshot: Snapshot; effects: Effects } => {
  recover(world);
  const { now, over, broadcast } = world;
  const turn = { key, now, over, watermark: world.watermarks.output, broadcast, ...work };
  world.interrupted = world.crash ? key : null;
  const result = step(world.process, world.store.read(key), turn);
  crashAt(world, 'before-commit');
  world.store.write(key, result.snapshot);
  noteCalls(world, key, result.snapshot);
  world.undelivered = key;
  crashAt(world, 'before-delivery');
  deliver(world, key, result.effects);
  world.undelivered = null;
  crashAt(world, 'after-delivery');
  world.interrupted = null;
  if (result.effects.failure) throw result.effects.failure.error;
  return result;
};

/** Fires all that is due by now, over all keys in the order of time. */
export const fireDueTimers = (world: World): void => {
  recover(world);
  const reached = { watermark: world.watermarks.output, over: world.over };
  const due = world.store.keys().flatMap((key) => {
    const at = dueAt(world.store.read(key), reached);
    return at === null ? [] : [{ key, at }];
  });
  fireInOrder(due, (key, fireThrough) => dueAt(runTurn(world, key, { inputs: [], fireThrough }).snapshot, reached));
};

/** Takes watermarks in; where the smallest rose, its timers fire. */
export const combine = (world: World, watermarks: Combined): void => {
  const before = world.watermarks.output;
  world.watermarks = watermarks;
  if (watermarks.output !== before) fireReached(world);
};

/** Fires what the watermark has reached; what a crash kept from it is to fire before anything else. */
export const fireReached = (world: World): void => {
  try {
    fireDueTimers(world);
    world.behind = false;
  } catch (error) {
    world.behind = error instanceof HarnessCrash;
    throw error;
  }
  world.held.push(world.watermarks.output);
};

/** What a restart does: the outputs of a commit are in the snapshot until the next one. */
export function recover(world: World): void {
  const key = world.interrupted;
  if (key === null) return;
  world.interrupted = null;
  world.undelivered = null;
  const nothing = { key, inputs: [], now: world.now, over: Number.MIN_SAFE_INTEGER, watermark: NO_WATERMARK };
  deliver(world, key, step(world.process, world.store.read(key), nothing).effects);
}

const deliver = (world: World, key: string, { outputs, failedCalls }: Effects): void => {
  for (const output of outputs) world.log.push({ kind: 'output', key, ...output });
  for (const failed of failedCalls) world.log.push({ kind: 'failed-call', key, ...failed });
};

/** Remembers the pending calls of a key, which are what its snapshot says. */
export const noteCalls = ({ pending }: World, key: string, { calls }: Snapshot): void => {
  if (calls.length > 0) pending.set(key, calls);
  else pending.delete(key);
};

function crashAt(world: World, point: CrashPoint): void {
  if (world.crash !== point) return;
  world.crash = null;
  world.running.clear();
  throw new HarnessCrash(`The harness crashed ${point.replace('-', ' ')}, as it was told to.`);
}
