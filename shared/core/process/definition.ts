import type { BroadcastContext, Context } from './context.ts';
import type { OutputSpec, OutputSpecs } from './output.ts';
import { ProcessError } from './process-error.ts';
import type { OutputOf, StandardSchema } from './standard-schema.ts';
import { checkStates, type StateSpecs } from './state/spec.ts';
import { boundedOutOfOrderness, type WatermarkStrategy } from './watermark/strategy.ts';

export type Limits = {
  readonly timersPerKey: number;
  readonly outputsPerCall: number;
  /** Event timers that one key may fire after the end of its input: chains of timers end there. */
  readonly finalFirings: number;
  /** Ids of elements that a key remembers. */
  readonly rememberedIds: number;
};

const LIMITS: Limits = { timersPerKey: 1000, outputsPerCall: 1000, finalFirings: 10_000, rememberedIds: 100 };

export type InputSpec = {
  readonly element: StandardSchema;
  readonly onElement: (value: unknown, ctx: Context) => void;
};

export type BroadcastSpec = {
  readonly element: StandardSchema;
  readonly state: StateSpecs;
  readonly onElement: (value: unknown, ctx: BroadcastContext<StateSpecs>) => void;
};

/** A process function, checked and ready to run. */
export type Process = {
  readonly name: string;
  readonly inputs: { readonly [name: string]: InputSpec };
  readonly broadcast: BroadcastSpec | null;
  readonly state: StateSpecs;
  readonly output: OutputSpec<never> | null;
  readonly sideOutputs: OutputSpecs;
  readonly watermark: WatermarkStrategy;
  readonly onTimer: (timestamp: number, ctx: Context) => void;
  readonly limits: Limits;
};

/** A process that remembers the types of its elements (by input) and outputs, for the harness. */
export type TypedProcess<Inputs, Main, Sides extends OutputSpecs> = Process & {
  readonly types?: { inputs: Inputs; main: Main; sides: Sides };
};

type Schemas = { readonly [name: string]: StandardSchema };

type Common<S extends StateSpecs, Main, Sides extends OutputSpecs> = {
  /** Part of output ids and paths: `[a-z0-9-]`, at most 64. */
  readonly name: string;
  readonly state?: S;
  readonly output?: OutputSpec<Main>;
  readonly sideOutputs?: Sides;
  /** Default: as out of order as `boundedOutOfOrderness(0)` allows. */
  readonly watermark?: WatermarkStrategy;
  readonly limits?: Partial<Limits>;
};

type Broadcast<E extends StandardSchema, B extends StateSpecs, Main, Sides extends OutputSpecs> = {
  readonly element: E;
  readonly state: B;
  readonly onElement: (value: OutputOf<E>, ctx: BroadcastContext<B, Main, Sides>) => void;
};

type OnTimer<S extends StateSpecs, Main, Sides extends OutputSpecs, B extends StateSpecs> = (
  timestamp: number,
  ctx: Context<S, Main, Sides, B>,
) => void;

/** Defines a process with one input. Handlers are synchronous; throws `INVALID_DEFINITION`. */
export const defineProcess = <
  E extends StandardSchema,
  // biome-ignore lint/complexity/noBannedTypes: no states, so that a misspelt name does not typecheck
  S extends StateSpecs = {},
  Main = never,
  // biome-ignore lint/complexity/noBannedTypes: no side outputs, likewise
  Sides extends OutputSpecs = {},
>(
  definition: Common<S, Main, Sides> & {
    readonly element: E;
    // biome-ignore lint/complexity/noBannedTypes: no broadcast states, likewise
    readonly onElement: (value: OutputOf<E>, ctx: Context<S, Main, Sides, {}>) => void;
    // biome-ignore lint/complexity/noBannedTypes: no broadcast states, likewise
    readonly onTimer?: OnTimer<S, Main, Sides, {}>;
  },
): TypedProcess<{ main: OutputOf<E> }, Main, Sides> =>
  build(definition, {
    inputs: { main: { element: definition.element, onElement: definition.onElement as InputSpec['onElement'] } },
    onTimer: definition.onTimer as Process['onTimer'] | undefined,
  });

/**
 * Defines a process whose inputs meet at one key: they share its state and timers, and its watermark is the smallest of
 * theirs. Elements of `broadcast` go to no key: they write state that the handlers of all keys read.
 */
export const defineConnectedProcess = <
  I extends Schemas,
  // biome-ignore lint/complexity/noBannedTypes: no states, so that a misspelt name does not typecheck
  S extends StateSpecs = {},
  Main = never,
  // biome-ignore lint/complexity/noBannedTypes: no side outputs, likewise
  Sides extends OutputSpecs = {},
  E extends StandardSchema = StandardSchema<never>,
  // biome-ignore lint/complexity/noBannedTypes: no broadcast states, likewise
  B extends StateSpecs = {},
>(
  definition: Common<S, Main, Sides> & {
    readonly inputs: I;
    readonly broadcast?: Broadcast<E, B, Main, Sides>;
    readonly onElement: {
      readonly [K in keyof I]: (value: OutputOf<I[K]>, ctx: Context<S, Main, Sides, B>) => void;
    };
    readonly onTimer?: OnTimer<S, Main, Sides, B>;
  },
): TypedProcess<{ [K in keyof I]: OutputOf<I[K]> }, Main, Sides> =>
  build(definition, {
    inputs: Object.fromEntries(
      Object.entries(definition.inputs).map(([name, element]) => [
        name,
        { element, onElement: definition.onElement[name] as InputSpec['onElement'] },
      ]),
    ),
    broadcast: definition.broadcast as BroadcastSpec | undefined,
    onTimer: definition.onTimer as Process['onTimer'] | undefined,
  });

type Handlers = {
  readonly inputs: Process['inputs'];
  readonly broadcast?: BroadcastSpec | undefined;
  readonly onTimer: Process['onTimer'] | undefined;
};

function build(definition: Common<StateSpecs, never, OutputSpecs>, handlers: Handlers): Process {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(definition.name)) {
    throw new ProcessError(
      'INVALID_DEFINITION',
      `"${definition.name}" cannot name a process: use up to 64 lower-case letters, digits and hyphens.`,
    );
  }
  checkStates(definition.state ?? {});
  checkStates(handlers.broadcast?.state ?? {});
  return {
    name: definition.name,
    inputs: handlers.inputs,
    broadcast: handlers.broadcast ?? null,
    state: definition.state ?? {},
    output: definition.output ?? null,
    sideOutputs: definition.sideOutputs ?? {},
    watermark: definition.watermark ?? boundedOutOfOrderness(0),
    onTimer: handlers.onTimer ?? (() => undefined),
    limits: { ...LIMITS, ...definition.limits },
  };
}
