import type { CallSpecs } from './call/call-spec.ts';
import type { Limits } from './limits.ts';
import type { OutputSpec, OutputSpecs } from './output.ts';
import type { BroadcastSpec, CallFailure, CallHandlers, Process } from './process.ts';
import type { Migrations } from './state/migration.ts';
import type { StateSpecs } from './state/spec.ts';
import type { WatermarkStrategy } from './watermark/strategy.ts';

/** A definition without the types that its handlers were written against. */
export type Untyped = {
  readonly name: string;
  readonly state?: StateSpecs;
  readonly stateVersion?: number;
  readonly migrate?: Migrations;
  readonly output?: OutputSpec<never>;
  readonly sideOutputs?: OutputSpecs;
  readonly watermark?: WatermarkStrategy;
  readonly maxFutureMs?: number;
  readonly allowedLatenessMs?: number;
  readonly limits?: Partial<Limits>;
  readonly calls?: CallSpecs;
};

/** The handlers, as the step calls them. */
export type Handlers = {
  readonly inputs: Process['inputs'];
  readonly broadcast?: BroadcastSpec | undefined;
  readonly onTimer: Process['onTimer'] | undefined;
  readonly onResult: CallHandlers<unknown> | undefined;
  readonly onFailure: CallHandlers<CallFailure> | undefined;
};
