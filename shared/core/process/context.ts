import type { CallSpecs, RequestOf } from './call/call-spec.ts';
import type { OutputSpecs, ValueOf } from './output.ts';
import type { StateSpecs, StatesOf } from './state/spec.ts';
import type { Timer } from './timer.ts';

/** The timers of one domain for the key of the call. Times are milliseconds since 1970; deleting what is not there is no error. */
export type TimerPort = {
  /** Sets a timer; the same time again is the same timer. */
  set(at: number): void;
  delete(at: number): void;
  /** Sets the timer of this name, or moves it. */
  setNamed(name: string, at: number): void;
  deleteNamed(name: string): void;
  /** When the timer of this name fires, or `null`. */
  named(name: string): number | null;
  /** Fires at `firstAt` and every `everyMs` after it until deleted; periods that were missed are skipped, the phase is kept. */
  every(name: string, everyMs: number, firstAt: number): void;
};

/** The states of a broadcast as the keyed side sees them: writing throws `READ_ONLY_STATE`. */
export type ReadOnly<Handle> = Pick<
  Handle,
  Extract<keyof Handle, 'get' | 'has' | 'entries' | 'keys' | 'values' | 'isEmpty'>
>;

export type ReadOnlyStatesOf<S extends StateSpecs> = {
  readonly [K in keyof StatesOf<S>]: ReadOnly<StatesOf<S>[K]>;
};

/** What a handler asks for by name: the call is made after the commit, and its result comes to `onResult`. */
export type CallsOf<C extends CallSpecs> = { readonly [K in keyof C]: (request: RequestOf<C[K]>) => void };

/** What an emitting call offers: `emit` is the main output, `sideOutput` any other that the process declares. */
export type Emitter<Main, Sides extends OutputSpecs> = {
  /** Puts out a copy. `timestamp` replaces the element's or event timer's own; a processing timer has none. */
  emit(value: Main, timestamp?: number): void;
  sideOutput<K extends keyof Sides & string>(name: K, value: ValueOf<Sides[K]>, timestamp?: number | null): void;
};

/** What a handler sees of its key. It is for the duration of the call. */
export type Context<
  S extends StateSpecs = StateSpecs,
  Main = unknown,
  Sides extends OutputSpecs = OutputSpecs,
  B extends StateSpecs = StateSpecs,
  C extends CallSpecs = CallSpecs,
> = Emitter<Main, Sides> & {
  readonly key: string;
  /** The element's event time (`null` without one), the time for which the timer was set, or that of the call's input. */
  readonly timestamp: number | null;
  /** Processing time. */
  readonly now: number;
  readonly watermark: number;
  /** The timer that fires; `null` in other handlers. */
  readonly timer: Timer | null;
  readonly state: StatesOf<S>;
  readonly broadcast: ReadOnlyStatesOf<B>;
  readonly timers: { readonly event: TimerPort; readonly processing: TimerPort };
  readonly call: CallsOf<C>;
};

/** What a broadcast's handler sees: state that every key may read, and no key. */
export type BroadcastContext<B extends StateSpecs, Main = unknown, Sides extends OutputSpecs = OutputSpecs> = Emitter<
  Main,
  Sides
> & {
  readonly timestamp: number | null;
  readonly now: number;
  readonly watermark: number;
  readonly state: StatesOf<B>;
};
