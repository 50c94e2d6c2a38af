import * as v from 'valibot';
import { says } from '../schema/says.ts';
import { plainObject, strictRecord } from '../schema/strict-record.ts';
import { documented, idText, instantText, optional } from '../schema/terms.ts';

const KEY = says('INVALID_KEY', 'is no key; give text of 1 to 256 bytes.');
const INPUT = says('INVALID_INPUT', 'names no input; give its name as the process defines it.');
const PARTITION = says(
  'INVALID_PARTITION',
  'is no partition: give 1 to 128 characters of A-Z, a-z, 0-9, ".", "_", ":" and "-", the first a letter or digit.',
);

const partition = v.pipe(v.string(PARTITION), v.regex(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/, PARTITION));
const input = v.pipe(v.string(INPUT), v.regex(/^[A-Za-z][A-Za-z0-9_-]{0,63}$/, INPUT));

const ENTRIES = {
  key: documented(
    v.pipe(
      v.string(KEY),
      v.check((key) => key !== '' && Buffer.byteLength(key) <= 256, KEY),
    ),
    'What it belongs to: state and timers are kept by key. 1 to 256 bytes of UTF-8.',
    'user-7',
  ),
  id: optional(idText, 'An element that comes again under its id changes nothing.', 'evt-1'),
  timestamp: optional(
    instantText,
    'When it happened. An element of a process in event time needs it: of one whose definition has a `watermark`, or windows of event time.',
    '2026-11-22T00:00:30Z',
  ),
  value: documented(v.unknown(), 'What the schema of the process takes.', { durationMs: 10 }),
  input: optional(input, 'The input that takes it, where the process has several.', 'main'),
};

/** An element as it is sent; its value is held to the schema of the process. */
export const elementSchema = strictRecord({
  ...ENTRIES,
  partition: optional(partition, 'The partition of the source, each with a watermark of its own.', 'p0'),
});

/** An element in a record of an event source, which says itself what partition it is of. */
export const recordSchema = strictRecord(ENTRIES);

/** How far a partition of a source has come that brings its own watermarks. */
export const watermarkSchema = plainObject(
  strictRecord({
    partition: optional(partition, 'Which one; `http` where it is left out.', 'p0'),
    input: optional(input, 'Of this input; `main` where it is left out.'),
    watermark: optional(instantText, 'No earlier element is to come.', '2026-11-22T01:00:00Z'),
    end: optional(v.literal(true), 'In place of `watermark`: the input of the whole process has ended.'),
  }),
);

/** Where to move a timer to. */
export const timerSchema = strictRecord({
  timestamp: documented(instantText, 'When it is to fire.', '2026-11-22T09:00:00Z'),
});
