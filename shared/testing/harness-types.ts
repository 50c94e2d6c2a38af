import type { FailedCall } from '../core/process/call/pending-call.ts';
import type { Data } from '../core/process/data.ts';
import type { IdentifiedOutput, OutputSpecs, ValueOf } from '../core/process/output.ts';
import type { Timer } from '../core/process/timer.ts';
import type { BroadcastState, TimerInput } from '../core/process/turn.ts';
import type { Combined } from '../core/process/watermark/combined.ts';
import type { SourceWatermarks } from '../core/process/watermark/source-watermarks.ts';
import type { Channel } from '../core/process/watermark/valve.ts';
import type { SavedKeys } from './key-store.ts';

/** All that survives a restart of a harness: data that `structuredClone` takes. */
export type Saved = {
  readonly keys: SavedKeys;
  readonly now: number;
  readonly watermarks: Combined;
  readonly sources: SourceWatermarks;
  readonly broadcast: BroadcastState;
  /** Was it started at a time of its own? */
  readonly dated: boolean;
  readonly broadcasts: number;
  readonly ended: boolean;
  /** The key whose last commit was not delivered before the crash. */
  readonly undelivered: string | null;
  /** Did the crash keep timers from firing that the watermark has reached? */
  readonly behind: boolean;
};

/** Where the next turn crashes: before its one write, between the write and the delivery, or after both. */
export type CrashPoint = 'before-commit' | 'before-delivery' | 'after-delivery';

/** An attempt of a call that is running. */
export type RunningCall = {
  readonly call: string;
  readonly id: string;
  readonly key: string;
  readonly request: Data;
  readonly attempt: number;
  readonly startedAt: number;
};

/** How an attempt ends: with a result, or with what it threw. `afterMs` (default 0) is on the virtual clock. */
export type CallReply = ({ readonly ok: unknown } | { readonly failed: unknown }) & { readonly afterMs?: number };

/** Stands in for the `run` of a call; `null`: the attempt hangs until `settleCall` or its timeout. */
export type CallAnswer = (request: never, call: RunningCall) => CallReply | null;

export type HarnessOptions = {
  /**
   * Processing time at the start, milliseconds. Default 0, where elements may be of any time; with a start, those further
   * ahead than `maxFutureMs` go to the side output `future`.
   */
  readonly startAt?: number;
  /** Delivers every element that has an id, and every outcome of a call, a second time. Default false. */
  readonly redeliver?: boolean;
  /** Goes on from what another harness saved: calls that have no outcome are made again. */
  readonly restore?: Saved;
  /** Source partitions by input (`main` …) that hold the watermark back from the start. Elements may name others. */
  readonly partitions?: { readonly [input: string]: readonly string[] };
  /** Answers to calls by their name; without one every attempt hangs. */
  readonly calls?: { readonly [name: string]: CallAnswer };
};

/** An element as it is fed; `input` is needed where a process has several. */
export type Fed<Inputs> = {
  [K in keyof Inputs]: {
    readonly key: string;
    readonly value: Inputs[K];
    readonly timestamp?: number;
    readonly id?: string;
    /** The source partition, whose watermark it moves by the strategy of the process. Without one it moves none. */
    readonly partition?: string;
  } & (K extends 'main' ? { readonly input?: K } : { readonly input: K });
}[keyof Inputs];

/**
 * What left the process, in order: outputs (the main one has `output: null`), attempts of calls, calls for the dead
 * letters, and watermarks, which wait for the results of the calls from before them.
 */
export type HarnessEvent =
  | ({ readonly kind: 'call' } & RunningCall)
  | ({ readonly kind: 'failed-call'; readonly key: string; readonly id: string } & FailedCall)
  | ({ readonly kind: 'output'; readonly key: string | null } & IdentifiedOutput)
  | { readonly kind: 'watermark'; readonly watermark: number };

export type Row<T> = { readonly key: string | null; readonly value: T; readonly timestamp: number | null };

/** A process on a virtual clock. A handler that throws makes the feeding call throw, after its call is undone. */
export type Harness<Inputs, Main, Sides extends OutputSpecs> = {
  element(element: Fed<Inputs>): void;
  broadcast(value: unknown, timestamp?: number): void;
  /** Declares processing time `at` over: its timers fire, and calls see `now = at`. It may go back. */
  advanceTo(at: number): void;
  /** Raises the watermark of all inputs, or of one (`broadcast` is an input too), or of a partition of one. Lower ones are ignored. */
  advanceWatermark(watermark: number, input?: string, partition?: string): void;
  setIdle(input: string, idle: boolean): void;
  /** Ends the input: the final watermark passes; processing timers stay in the state and fire no more. */
  end(): void;
  /** The attempts that are running, oldest first. */
  calls(): readonly RunningCall[];
  /** Ends the running attempt of a call; of one that is over nothing comes, as of a late answer. */
  settleCall(id: string, reply: CallReply): void;
  /** Every call for the dead letters once. */
  failedCalls(): readonly (FailedCall & { readonly id: string })[];
  /** Deletes or sets a timer from outside, as an operator may. */
  command(key: string, command: TimerInput): void;
  /** The next turn crashes there: the call throws `HarnessCrash`, and what was committed is what there is. */
  crashNext(point: CrashPoint): void;
  save(): Saved;
  /** Every main output once, although it may have been delivered again. */
  outputs(): Row<Main>[];
  sideOutput<K extends keyof Sides & string>(name: K): Row<ValueOf<Sides[K]>>[];
  /** All that was delivered, redeliveries included. */
  log(): readonly HarnessEvent[];
  state(key: string): Record<string, Data>;
  timers(key: string): readonly Timer[];
  keys(): readonly string[];
  /** The source partitions of an input (`main` unless told): those that are `aligned` count for its watermark. */
  partitions(input?: string): { readonly [name: string]: Channel };
  readonly now: number;
  readonly watermark: number;
};
