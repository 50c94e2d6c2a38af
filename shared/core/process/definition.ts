import { buildProcess } from './build-process.ts';
import type { CallSpecs, RequestOf, ResultOf } from './call/call-spec.ts';
import type { BroadcastContext, Context } from './context.ts';
import type { Limits } from './limits.ts';
import type { OutputSpec, OutputSpecs } from './output.ts';
import type { BroadcastSpec, CallFailure, InputSpec, TypedProcess } from './process.ts';
import type { OutputOf, StandardSchema } from './standard-schema.ts';
import type { Migrations } from './state/migration.ts';
import type { StateSpecs } from './state/spec.ts';
import type { Handlers } from './untyped.ts';
import type { WatermarkStrategy } from './watermark/strategy.ts';

export type { Limits } from './limits.ts';
export type { Process, TypedProcess } from './process.ts';

/** No states, outputs or calls: then a misspelt name does not typecheck. */
export type None = Record<never, never>;

type Schemas = { readonly [name: string]: StandardSchema };

type Common<S extends StateSpecs, Main, Sides extends OutputSpecs, B extends StateSpecs, C extends CallSpecs> = {
  /** Part of output ids and paths: `[a-z0-9-]`, at most 64. */
  readonly name: string;
  readonly state?: S;
  /** Of how the states are declared, 1 unless told. A release that knows a lower one leaves keys of a higher one alone. */
  readonly stateVersion?: number;
  /** How states of version 1, 2, … become those of the next one; a key is migrated when it is read. */
  readonly migrate?: Migrations;
  readonly output?: OutputSpec<Main>;
  readonly sideOutputs?: Sides;
  /**
   * Puts the process in event time: its sources have to give each element a timestamp. Without it an element may have
   * none, and those that have one count as `boundedOutOfOrderness(0)` does.
   */
  readonly watermark?: WatermarkStrategy;
  /**
   * An element whose timestamp is further ahead of the clock than this goes to the side output `future`, and moves no
   * watermark. Default 600,000.
   */
  readonly maxFutureMs?: number;
  /**
   * An element with a timestamp + this at or below the watermark goes to the side output `late`. Without it the handler
   * gets late elements too, as in Flink, and tells them by `ctx.watermark`.
   */
  readonly allowedLatenessMs?: number;
  /** The side output `tooLarge`, if declared, gets the elements that would make the state larger than `stateBytes`. */
  readonly limits?: Partial<Limits>;
  /** Asynchronous calls: handlers ask for them by `ctx.call.name(request)`. */
  readonly calls?: C;
  readonly onTimer?: (timestamp: number, ctx: Context<S, Main, Sides, B, C>) => void;
  /** What to do with the result of a call. The timestamp of the call's input is that of the context. */
  readonly onResult?: {
    readonly [K in keyof C]?: (
      result: ResultOf<C[K]>,
      ctx: Context<S, Main, Sides, B, C>,
      request: RequestOf<C[K]>,
    ) => void;
  };
  /** What to do about a call that failed for good; where nothing is said it goes to the dead letters. */
  readonly onFailure?: {
    readonly [K in keyof C]?: (
      failure: CallFailure,
      ctx: Context<S, Main, Sides, B, C>,
      request: RequestOf<C[K]>,
    ) => void;
  };
};

type Broadcast<E extends StandardSchema, B extends StateSpecs, Main, Sides extends OutputSpecs> = {
  readonly element: E;
  readonly state: B;
  readonly onElement: (value: OutputOf<E>, ctx: BroadcastContext<B, Main, Sides>) => void;
};

/** Defines a process with one input. Handlers are synchronous; throws `INVALID_DEFINITION`. */
export const defineProcess = <
  E extends StandardSchema,
  S extends StateSpecs = None,
  Main = never,
  Sides extends OutputSpecs = None,
  C extends CallSpecs = None,
>(
  definition: Common<S, Main, Sides, None, C> & {
    readonly element: E;
    readonly onElement: (value: OutputOf<E>, ctx: Context<S, Main, Sides, None, C>) => void;
  },
): TypedProcess<{ main: OutputOf<E> }, Main, Sides> =>
  buildProcess(definition, {
    ...handlersOf(definition),
    inputs: { main: { element: definition.element, onElement: definition.onElement as InputSpec['onElement'] } },
  });

/**
 * Defines a process whose inputs meet at one key: they share its state and timers, and its watermark is the smallest of
 * theirs. Elements of `broadcast` go to no key: they write state that the handlers of all keys read.
 */
export const defineConnectedProcess = <
  I extends Schemas,
  S extends StateSpecs = None,
  Main = never,
  Sides extends OutputSpecs = None,
  E extends StandardSchema = StandardSchema<never>,
  B extends StateSpecs = None,
  C extends CallSpecs = None,
>(
  definition: Common<S, Main, Sides, B, C> & {
    readonly inputs: I;
    readonly broadcast?: Broadcast<E, B, Main, Sides>;
    readonly onElement: {
      readonly [K in keyof I]: (value: OutputOf<I[K]>, ctx: Context<S, Main, Sides, B, C>) => void;
    };
  },
): TypedProcess<{ [K in keyof I]: OutputOf<I[K]> }, Main, Sides> =>
  buildProcess(definition, {
    ...handlersOf(definition),
    inputs: Object.fromEntries(
      Object.entries(definition.inputs).map(([name, element]) => [
        name,
        { element, onElement: definition.onElement[name] as InputSpec['onElement'] },
      ]),
    ),
    broadcast: definition.broadcast as BroadcastSpec | undefined,
  });

const handlersOf = ({
  onTimer,
  onResult,
  onFailure,
}: {
  readonly onTimer?: unknown;
  readonly onResult?: unknown;
  readonly onFailure?: unknown;
}): Omit<Handlers, 'inputs'> => ({
  onTimer: onTimer as Handlers['onTimer'],
  onResult: onResult as Handlers['onResult'],
  onFailure: onFailure as Handlers['onFailure'],
});
