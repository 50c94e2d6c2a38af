import type { Process } from './process.ts';
import { ProcessError } from './process-error.ts';
import type { StandardSchema } from './standard-schema.ts';

/** The value of an element as its schema has it, frozen: a handler may run again on it. Throws `INVALID_ELEMENT`, without a byte of the value. */
export const parseElement = (process: Process, input: string, value: unknown): unknown => {
  const schema = (input === 'broadcast' ? process.broadcast : process.inputs[input])?.element;
  if (!schema) throw new ProcessError('INVALID_ELEMENT', `Process "${process.name}" has no input "${input}".`);
  const result = validate(schema, value);
  if (!result)
    throw new ProcessError('INVALID_ELEMENT', `The schema of process "${process.name}" throws on an element.`);
  if (result instanceof Promise) {
    throw new ProcessError(
      'INVALID_DEFINITION',
      `The schema of process "${process.name}" is asynchronous: use one that is not.`,
    );
  }
  if (!result.issues) return freeze(result.value);
  const places = result.issues.map(({ path }) => `/${(path ?? []).map(segment).join('/')}`);
  throw new ProcessError(
    'INVALID_ELEMENT',
    `An element of process "${process.name}" does not fit its schema at ${places.join(', ')}.`,
  );
};

/** `undefined` where the schema throws: that element does not fit it, and is not to keep others of its batch out. */
function validate(
  schema: StandardSchema,
  value: unknown,
): ReturnType<StandardSchema['~standard']['validate']> | undefined {
  try {
    return schema['~standard'].validate(value);
  } catch {
    return undefined;
  }
}

const segment = (part: PropertyKey | { readonly key: PropertyKey }): string =>
  String(typeof part === 'object' ? part.key : part);

/** Freezes plain data all through; objects of classes stay as they are. */
function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  const prototype = Object.getPrototypeOf(value);
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
  return value;
}
