import type { Process } from '../../core/process/definition.ts';
import { describeError } from '../describe-error.ts';
import type { Engine } from '../engine.ts';

/** Tells who runs a process where its handlers threw; not what: that may hold what an element held (P23). */
export const noteThrown = (
  { telemetry }: Pick<Engine, 'telemetry'>,
  { name }: Pick<Process, 'name'>,
  errors: readonly unknown[],
): void => {
  for (const error of errors) telemetry.note('warn', 'handler threw', { process: name, ...describeError(error) });
};
