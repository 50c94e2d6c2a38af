import type { Emitter } from './context.ts';
import { copyData } from './data.ts';
import type { Output, OutputSpec, OutputSpecs } from './output.ts';
import { ProcessError } from './process-error.ts';
import { assertRunning, type Scope } from './state/scope.ts';

/** The timestamps that the outputs of the running call carry unless it gives its own. */
export type Stamps = { main: number | null; side: number | null; emitted: number };

export type Declared = {
  readonly name: string;
  readonly output: OutputSpec<never> | null;
  readonly sideOutputs: OutputSpecs;
  readonly limits: { readonly outputsPerCall: number };
};

/** `emit` and `sideOutput` of a call: they append copies to `outputs`. */
export const makeEmitter = (
  declared: Declared,
  stamps: Stamps,
  sink: { scope: Scope; outputs: Output[] },
): Emitter<unknown, OutputSpecs> => {
  const what = `An output of process "${declared.name}"`;

  const put = (name: string | null, value: unknown, timestamp: number | null): void => {
    assertRunning(sink.scope);
    if (++stamps.emitted > declared.limits.outputsPerCall) {
      throw new ProcessError(
        'TOO_MANY_OUTPUTS',
        `A call of process "${declared.name}" puts out more than ${declared.limits.outputsPerCall} values: spread them over timers, or raise outputsPerCall.`,
      );
    }
    if (timestamp !== null && !Number.isSafeInteger(timestamp)) {
      throw new ProcessError(
        'INVALID_DATA',
        `${what} has the timestamp ${timestamp}: use whole milliseconds since 1970.`,
      );
    }
    sink.outputs.push({ output: name, value: copyData(value, what), timestamp });
  };

  return {
    emit: (value, timestamp) => {
      if (declared.output === null) {
        throw new ProcessError(
          'UNDECLARED_OUTPUT',
          `Process "${declared.name}" declares no main output: add output: output<…>().`,
        );
      }
      put(null, value, timestamp ?? stamps.main);
    },
    sideOutput: (name, value, timestamp) => {
      if (typeof name !== 'string' || !Object.hasOwn(declared.sideOutputs, name)) {
        throw new ProcessError(
          'UNDECLARED_OUTPUT',
          `Process "${declared.name}" declares no side output "${name}", only: ${Object.keys(declared.sideOutputs).join(', ') || 'none'}.`,
        );
      }
      put(name, value, timestamp === undefined ? stamps.side : timestamp);
    },
  };
};
