import * as v from 'valibot';
import { gapPolicies, overlapPolicies } from '../../core/time/local-time.ts';
import { says } from '../schema/says.ts';
import { plainObject, strictRecord } from '../schema/strict-record.ts';
import {
  documented,
  durationText,
  GUARANTEES,
  idText,
  instantText,
  localTimeText,
  oneOf,
  optional,
  targetText,
  timeZoneText,
} from '../schema/terms.ts';

/** W3C trace context, version 00, with ids that are not all zero. */
export const TRACEPARENT_FORM = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

export const ON_MISSED = ['send', 'skip'] as const;

export const headersSchema = plainObject(
  v.record(
    v.string(),
    v.string(says('INVALID_HEADER', 'is no header value; give text.')),
    says('INVALID_HEADER', 'is no set of headers; give an object of names and values.'),
  ),
);

const NOT_A_TRACE = says('INVALID_TRACEPARENT', 'is no W3C traceparent of version 00.');

const messageFields = {
  target: documented(targetText, 'The name of a target.', 'push'),
  payload: documented(v.unknown(), 'Any JSON, at most 64 KiB as it was sent. Delivered byte for byte.', {
    text: 'Hello',
  }),
  at: optional(
    instantText,
    'When, as an RFC 3339 instant. Exactly one of `at`, `local` with `timeZone`, and `delay`.',
    '2026-11-22T00:00:00Z',
  ),
  local: optional(localTimeText, 'When, as the clocks of `timeZone` show it.', '2026-11-22T09:00'),
  timeZone: optional(timeZoneText, 'The IANA name of the zone of `local`.', 'Asia/Tokyo'),
  gap: optional(
    oneOf(gapPolicies),
    'What to do where clocks jump over `local`: `later` (the default) and `earlier` move it by the jump, `reject` and `skip` refuse the message.',
  ),
  overlap: optional(
    oneOf(overlapPolicies),
    'Which one to take where clocks show `local` twice; `earlier` is the default.',
  ),
  delay: optional(durationText, 'When, counted from the acceptance.', 'PT10S'),
  spread: optional(
    durationText,
    'Moves the due time by a stable hash of the key (of `id` in a bulk) within this window.',
    'PT5M',
  ),
  notAfter: optional(instantText, 'No attempt starts after this instant; the message expires.'),
  onMissed: optional(oneOf(ON_MISSED), 'What to do with a message that an outage made late; `send` is the default.'),
  headers: optional(headersSchema, 'Added to the ones of the target: at most 20 of 4 KiB together.', {
    'x-lang': 'ja',
  }),
  delivery: optional(oneOf(GUARANTEES), 'Instead of the one of the target.'),
  traceparent: optional(
    v.pipe(v.string(NOT_A_TRACE), v.regex(TRACEPARENT_FORM, NOT_A_TRACE)),
    'W3C trace context; where it is left out, the header of the request.',
  ),
} as const;

/** A message whose key is in the path. */
export const keyedMessageSchema = strictRecord(messageFields);

/** A message of a bulk. */
export const bulkMessageSchema = strictRecord({
  id: optional(idText, 'Your own name for it; comes back as `ref`.', 'u1'),
  ...messageFields,
});

/** `keyed`: a message whose key is in the path; `bulk`: one that may bring an `id`. */
export type MessageKind = 'keyed' | 'bulk';

/** The fields of one message as they were sent, their form checked; the payload is its JSON text, untouched (I11). */
export type MessageDraft = Omit<v.InferOutput<typeof bulkMessageSchema>, 'payload'> & { readonly payload: string };
