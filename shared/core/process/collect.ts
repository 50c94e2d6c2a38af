import type { Process } from './definition.ts';
import { ProcessError } from './process-error.ts';
import { followersOf } from './wiring.ts';

const isProcess = (value: unknown): value is Process =>
  typeof value === 'object' && value !== null && 'inputs' in value && 'onTimer' in value && 'watermark' in value;

const invalid = (detail: string): ProcessError => new ProcessError('INVALID_DEFINITION', detail);

/**
 * The processes that a module exports, one by one or in lists. Throws `INVALID_DEFINITION` where there is none, two have
 * one name, an output is bound to a process or input that is not among them, or outputs come round to where they began:
 * a commit waits for those that its outputs lead to.
 */
export const collectProcesses = (module: Readonly<Record<string, unknown>>): readonly Process[] => {
  const processes = [...new Set(Object.values(module).flat().filter(isProcess))];
  if (processes.length === 0) {
    throw invalid('The file exports no process: export what defineProcess or defineConnectedProcess gave.');
  }
  const named = new Map<string, Process>();
  for (const process of processes) {
    if (named.has(process.name))
      throw invalid(`Two processes are called "${process.name}": give each a name of its own.`);
    named.set(process.name, process);
  }
  for (const process of processes) checkBindings(process, named);
  for (const process of processes) checkCircle(process, named, [process.name]);
  return processes;
};

const checkBindings = (process: Process, named: ReadonlyMap<string, Process>): void => {
  for (const { process: name, input = 'main' } of followersOf(process)) {
    const follower = named.get(name);
    if (!follower)
      throw invalid(`An output of "${process.name}" is bound to process "${name}", which the file does not export.`);
    if (!Object.hasOwn(follower.inputs, input)) {
      throw invalid(
        `An output of "${process.name}" is bound to input "${input}" of "${name}", which has no such input.`,
      );
    }
  }
};

const checkCircle = (process: Process, named: ReadonlyMap<string, Process>, path: readonly string[]): void => {
  for (const { process: name } of followersOf(process)) {
    if (path.includes(name))
      throw invalid(`Outputs go round in a circle: ${[...path, name].join(' → ')}; leave one of them out.`);
    const follower = named.get(name);
    if (follower) checkCircle(follower, named, [...path, name]);
  }
};
