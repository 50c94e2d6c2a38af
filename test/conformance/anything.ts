import type { StandardSchema } from '../../shared/core/process/standard-schema.ts';

/** A schema that takes what it gets: the player vouches for it. */
export const anything = <T>(): StandardSchema<T> => ({
  '~standard': { version: 1, vendor: 'meridian', validate: (value) => ({ value: value as T }) },
});
