import { ProcessError } from './process-error.ts';

/** What state and outputs may hold: what JSON gives back as it was. */
export type Data = null | boolean | number | string | readonly Data[] | { readonly [name: string]: Data };

/** As deep as DynamoDB nests. */
const MAX_DEPTH = 32;

/** A copy that shares nothing with `value`; throws `INVALID_DATA`, naming `what`, for anything JSON would lose. */
export const copyData = (value: unknown, what: string, depth = 0): Data => {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isFinite(value)) throw invalid(what, `the number ${value}`);
      // −0 would come back as 0.
      return value === 0 ? 0 : value;
    case 'object':
      return value === null ? null : copyObject(value, what, depth + 1);
    default:
      throw invalid(what, typeof value);
  }
};

const copyObject = (value: object, what: string, depth: number): Data => {
  if (depth > MAX_DEPTH) throw invalid(what, `data deeper than ${MAX_DEPTH} levels`);
  if (Array.isArray(value)) return copyArray(value, what, depth);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw invalid(what, 'an object of a class');
  const copy: Record<string, Data> = {};
  for (const name in value) {
    const part = (value as Record<string, unknown>)[name];
    if (part === undefined) continue;
    if (name === '__proto__') throw invalid(what, 'a property named __proto__');
    copy[name] = copyData(part, what, depth);
  }
  return copy;
};

const copyArray = (values: readonly unknown[], what: string, depth: number): Data => {
  const copy = new Array<Data>(values.length);
  for (let at = 0; at < values.length; at++) copy[at] = copyData(values[at], what, depth);
  return copy;
};

const invalid = (what: string, found: string): ProcessError =>
  new ProcessError(
    'INVALID_DATA',
    `${what} cannot hold ${found}: use strings, finite numbers, booleans, null, arrays and plain objects.`,
  );
