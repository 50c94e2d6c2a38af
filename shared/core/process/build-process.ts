import { type CallSpecs, checkCalls } from './call/call-spec.ts';
import { LIMITS, type Limits } from './limits.ts';
import type { OutputSpec, OutputSpecs } from './output.ts';
import type { BroadcastSpec, CallFailure, CallHandlers, Process } from './process.ts';
import { ProcessError } from './process-error.ts';
import { checkStates, type StateSpecs } from './state/spec.ts';
import { boundedOutOfOrderness, type WatermarkStrategy } from './watermark/strategy.ts';

/** A definition without the types that its handlers were written against. */
export type Untyped = {
  readonly name: string;
  readonly state?: StateSpecs;
  readonly output?: OutputSpec<never>;
  readonly sideOutputs?: OutputSpecs;
  readonly watermark?: WatermarkStrategy;
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

/** Checks a definition and fills in what it leaves out; throws `INVALID_DEFINITION`. */
export const buildProcess = (definition: Untyped, handlers: Handlers): Process => {
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/.test(definition.name)) {
    throw new ProcessError(
      'INVALID_DEFINITION',
      `"${definition.name}" cannot name a process: use up to 64 lower-case letters, digits and hyphens.`,
    );
  }
  const { onResult = {}, onFailure = {} } = handlers;
  checkStates(definition.state ?? {});
  checkStates(handlers.broadcast?.state ?? {});
  checkCalls(definition.calls ?? {}, [onResult, onFailure]);
  return {
    name: definition.name,
    inputs: handlers.inputs,
    broadcast: handlers.broadcast ?? null,
    state: definition.state ?? {},
    output: definition.output ?? null,
    sideOutputs: definition.sideOutputs ?? {},
    watermark: definition.watermark ?? boundedOutOfOrderness(0),
    calls: definition.calls ?? {},
    onTimer: handlers.onTimer ?? (() => undefined),
    onResult,
    onFailure,
    limits: { ...LIMITS, ...definition.limits },
  };
};
