import type { Process } from './definition.ts';
import { ProcessError } from './process-error.ts';

/** The value of an element as its schema has it; throws `INVALID_ELEMENT`, without a byte of the value. */
export const parseElement = (process: Process, input: string, value: unknown): unknown => {
  const schema = (input === 'broadcast' ? process.broadcast : process.inputs[input])?.element;
  if (!schema) throw new ProcessError('INVALID_ELEMENT', `Process "${process.name}" has no input "${input}".`);
  const result = schema['~standard'].validate(value);
  if (result instanceof Promise) {
    throw new ProcessError(
      'INVALID_DEFINITION',
      `The schema of process "${process.name}" is asynchronous: use one that is not.`,
    );
  }
  if (!result.issues) return result.value;
  const places = result.issues.map(({ path }) => `/${(path ?? []).map(segment).join('/')}`);
  throw new ProcessError(
    'INVALID_ELEMENT',
    `An element of process "${process.name}" does not fit its schema at ${places.join(', ')}.`,
  );
};

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === 'object' ? part.key : part);
