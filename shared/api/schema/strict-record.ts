import type { GenericSchema } from 'valibot';
import * as v from 'valibot';

/** Refuses arrays where an object is meant: to valibot an array is an object whose names are numbers. */
export const plainObject = <Schema extends GenericSchema>(schema: Schema): Schema => ({
  ...schema,
  '~run'(dataset, config) {
    if (!Array.isArray(dataset.value)) return schema['~run'](dataset, config);
    return schema['~run']({ value: 'an array' }, config);
  },
});

/** An object with exactly these members, as RFC 8259 means it. */
export const strictRecord = <const Entries extends v.ObjectEntries>(entries: Entries) =>
  plainObject(v.strictObject(entries));
