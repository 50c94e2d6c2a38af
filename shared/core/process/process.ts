import type { CallSpecs } from './call/call-spec.ts';
import type { BroadcastContext, Context } from './context.ts';
import type { Limits } from './limits.ts';
import type { OutputSpec, OutputSpecs } from './output.ts';
import type { StandardSchema } from './standard-schema.ts';
import type { Migrations } from './state/migration.ts';
import type { StateSpecs } from './state/spec.ts';
import type { WatermarkStrategy } from './watermark/strategy.ts';

export type InputSpec = {
  readonly element: StandardSchema;
  readonly onElement: (value: unknown, ctx: Context) => void;
};

export type BroadcastSpec = {
  readonly element: StandardSchema;
  readonly state: StateSpecs;
  readonly onElement: (value: unknown, ctx: BroadcastContext<StateSpecs>) => void;
};

/** What came of a call: its result, or why there is none. */
export type CallHandlers<Outcome> = {
  readonly [name: string]: (outcome: Outcome, ctx: Context, request: unknown) => void;
};

/** Why a call has no result. */
export type CallFailure = { readonly reason: string; readonly attempts: number };

/** A process function, checked and ready to run. */
export type Process = {
  readonly name: string;
  readonly inputs: { readonly [name: string]: InputSpec };
  readonly broadcast: BroadcastSpec | null;
  readonly state: StateSpecs;
  readonly stateVersion: number;
  readonly migrations: Migrations;
  readonly output: OutputSpec<never> | null;
  readonly sideOutputs: OutputSpecs;
  readonly watermark: WatermarkStrategy;
  /** Its definition says how watermarks come about: sources have to give each element a timestamp. */
  readonly eventTime: boolean;
  /** Elements with a timestamp further ahead of the clock than this are of the future. */
  readonly maxFutureMs: number;
  /** Elements so far behind the watermark, or further, are late; `null`: the handler gets them all. */
  readonly allowedLatenessMs: number | null;
  readonly calls: CallSpecs;
  readonly onTimer: (timestamp: number, ctx: Context) => void;
  readonly onResult: CallHandlers<unknown>;
  readonly onFailure: CallHandlers<CallFailure>;
  readonly limits: Limits;
};

/** A process that remembers the types of its elements (by input) and outputs, for the harness. */
export type TypedProcess<Inputs, Main, Sides extends OutputSpecs> = Process & {
  readonly types?: { inputs: Inputs; main: Main; sides: Sides };
};
