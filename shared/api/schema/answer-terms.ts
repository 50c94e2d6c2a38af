import * as v from 'valibot';

// The terms of answers: what we promise about our own output.

export const instantAnswer = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
  v.metadata({ format: 'date-time', examples: ['2026-11-22T00:00:00.000Z'] }),
);

export const durationAnswer = v.pipe(v.string(), v.regex(/^P/), v.metadata({ format: 'duration', examples: ['PT5M'] }));

export const countAnswer = v.pipe(v.number(), v.integer(), v.minValue(0));

/** A page of a list; `next` is the cursor of the page behind it. */
export const pageAnswer = <Schema extends v.GenericSchema>(item: Schema) =>
  v.strictObject({ items: v.array(item), next: v.nullable(v.string()) });
