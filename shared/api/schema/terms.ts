import * as v from 'valibot';
import { says } from './says.ts';

// The terms that several schemas share.

/** Ids of messages and names of targets. ASCII, so that no two of them look the same or differ by Unicode form. */
export const ID_FORM = /^[A-Za-z0-9._:-]{1,128}$/;

const idForm = (code: string, kind: string) => {
  const message = says(
    code,
    `is no ${kind}: give text of 1 to 128 characters of A-Z, a-z, 0-9, ".", "_", ":" and "-".`,
  );
  return v.pipe(v.string(message), v.regex(ID_FORM, message));
};

export const idText = idForm('INVALID_ID', 'id');
export const targetText = idForm('INVALID_TARGET', 'name of a target');

export const oneOf = <const Options extends readonly string[]>(options: Options) =>
  v.picklist(options, says('INVALID_VALUE', `is not allowed here; give one of ${options.join(', ')}.`));

/** Adds what the OpenAPI document says about a schema. */
export const documented = <Schema extends v.GenericSchema>(
  schema: Schema,
  description: string,
  ...examples: unknown[]
) => v.pipe(schema, v.metadata({ description, ...(examples.length > 0 && { examples }) }));

/** A member that may be left out. */
export const optional = <Schema extends v.GenericSchema>(schema: Schema, description: string, ...examples: unknown[]) =>
  v.exactOptional(documented(schema, description, ...examples));

/** Text that is read later; a value that is no text gets the code that unreadable text gets. */
const textOf = (code: string, kind: string, example: string) =>
  v.string(says(code, `is no ${kind}; give text such as "${example}".`));

export const instantText = textOf('INVALID_INSTANT', 'instant', '2026-11-22T09:00:00Z');
export const durationText = textOf('INVALID_DURATION', 'duration', 'PT5M');
export const localTimeText = textOf('INVALID_LOCAL_TIME', 'local time', '2026-11-22T09:00');
export const timeZoneText = textOf('INVALID_TIME_ZONE', 'time zone', 'Asia/Tokyo');

export const GUARANTEES = ['at-least-once', 'at-most-once'] as const;
