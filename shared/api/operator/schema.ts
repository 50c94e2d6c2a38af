import * as v from 'valibot';
import { says } from '../schema/says.ts';
import { strictRecord } from '../schema/strict-record.ts';
import { documented, instantText, optional, targetText } from '../schema/terms.ts';
import { rateSchema } from '../target/schema.ts';

const MAX_REDRIVE_IDS = 1000;
const IDS = says('INVALID_LIST', `is no list of 1 to ${MAX_REDRIVE_IDS} ids of dead letters.`);
const LETTER_ID = says('INVALID_ID', 'is no id of a dead letter; they start with msg_ or dead_.');
const letterId = v.pipe(v.string(LETTER_ID), v.regex(/^(?:msg|dead)_[A-Za-z0-9_-]{1,123}$/, LETTER_ID));

/** Which dead letters to send again; exactly one of `target` and `ids`. */
export const redriveSchema = strictRecord({
  target: optional(targetText, 'All of this target; of a process function, `process:` and its name.', 'push'),
  ids: optional(v.pipe(v.array(letterId, IDS), v.minLength(1, IDS), v.maxLength(MAX_REDRIVE_IDS, IDS)), 'These.'),
  ratePerSecond: optional(rateSchema, 'At most so many a second.', 100),
});

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1000;
const LIMIT = says('INVALID_LIMIT', `is no limit: give a whole number from 1 to ${MAX_PAGE}.`);

const limit = documented(
  v.pipe(
    v.string(),
    v.regex(/^\d{1,4}$/, LIMIT),
    v.transform(Number),
    v.number(),
    v.integer(),
    v.minValue(1, LIMIT),
    v.maxValue(MAX_PAGE, LIMIT),
  ),
  `Elements of a page; ${DEFAULT_PAGE} where it is left out.`,
);
const cursor = documented(
  v.pipe(v.string(), v.maxLength(1024, says('INVALID_CURSOR', 'is no cursor of ours.'))),
  '`next` of the page before.',
);

const paging = { limit: v.exactOptional(limit, String(DEFAULT_PAGE)), cursor: v.exactOptional(cursor) };

export const noQuery = strictRecord({});
export const pageQuery = strictRecord(paging);
export const deadLetterQuery = strictRecord({
  target: optional(targetText, 'Of this target only.'),
  ...paging,
});
export const bucketQuery = strictRecord({
  from: optional(instantText, 'The first minute; ten minutes ago where it is left out.'),
  to: optional(instantText, 'The end, at most 24 h behind `from`; an hour behind it where it is left out.'),
  ...paging,
});
