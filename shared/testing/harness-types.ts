import type { Data } from '../core/process/data.ts';
import type { IdentifiedOutput, OutputSpecs, ValueOf } from '../core/process/output.ts';
import type { Timer } from '../core/process/timer.ts';
import type { BroadcastState, TimerInput } from '../core/process/turn.ts';
import type { Combined } from '../core/process/watermark/combined.ts';
import type { SavedKeys } from './key-store.ts';

/** All that survives a restart of a harness. Plain data. */
export type Saved = {
  readonly keys: SavedKeys;
  readonly now: number;
  readonly watermarks: Combined;
  readonly broadcast: BroadcastState;
};

/** Where the next turn crashes: before its one write, between the write and the delivery, or after both. */
export type CrashPoint = 'before-commit' | 'before-delivery' | 'after-delivery';

export type HarnessOptions = {
  /** Processing time at the start, milliseconds. Default 0. */
  readonly startAt?: number;
  /** Delivers every element that has an id a second time. Default false. */
  readonly redeliver?: boolean;
  /** Goes on from what another harness saved. */
  readonly restore?: Saved;
};

/** An element as it is fed; `input` is needed where a process has several. */
export type Fed<Inputs> = {
  [K in keyof Inputs]: {
    readonly key: string;
    readonly value: Inputs[K];
    readonly timestamp?: number;
    readonly id?: string;
  } & (K extends 'main' ? { readonly input?: K } : { readonly input: K });
}[keyof Inputs];

/** What left the process, in order: outputs (the main one has `output: null`) and watermarks. */
export type HarnessEvent =
  | ({ readonly kind: 'output'; readonly key: string | null } & IdentifiedOutput)
  | { readonly kind: 'watermark'; readonly watermark: number };

export type Row<T> = { readonly key: string | null; readonly value: T; readonly timestamp: number | null };

/** A process on a virtual clock. A handler that throws makes the feeding call throw, after its call is undone. */
export type Harness<Inputs, Main, Sides extends OutputSpecs> = {
  element(element: Fed<Inputs>): void;
  broadcast(value: unknown, timestamp?: number): void;
  /** Declares processing time `at` over: its timers fire, and calls see `now = at`. It may go back. */
  advanceTo(at: number): void;
  /** Raises the watermark of all inputs, or of one (`broadcast` is an input too). Lower ones are ignored. */
  advanceWatermark(watermark: number, input?: string): void;
  setIdle(input: string, idle: boolean): void;
  /** Ends the input: the final watermark passes; processing timers stay in the state and fire no more. */
  end(): void;
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
  readonly now: number;
  readonly watermark: number;
};
