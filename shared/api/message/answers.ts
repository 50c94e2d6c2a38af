import * as v from 'valibot';
import { countAnswer, instantAnswer } from '../schema/answer-terms.ts';

const STATES = ['pending', 'sending', 'retrying', 'sent', 'dead', 'cancelled', 'expired', 'unknown'] as const;

const identity = {
  key: v.exactOptional(v.string()),
  id: v.string(),
  ref: v.exactOptional(v.string()),
  state: v.picklist(STATES),
  dueAt: instantAnswer,
};

const zone = {
  timeZone: v.exactOptional(v.pipe(v.string(), v.description("Today's IANA name of the zone."))),
  local: v.exactOptional(v.pipe(v.string(), v.description('As it was given.'))),
  tzVersion: v.exactOptional(v.pipe(v.string(), v.description('The tz database that `dueAt` was found with.'))),
};

/** What `PUT /v1/messages/{key}` answers. */
export const acceptedMessage = v.strictObject({
  ...identity,
  replaced: v.pipe(v.boolean(), v.description('A pending message of this key was moved or replaced.')),
  duplicate: v.exactOptional(v.pipe(v.boolean(), v.description('The very same message was pending already.'))),
  ...zone,
});

const messageFields = {
  ...identity,
  ...zone,
  target: v.string(),
  attempts: v.pipe(countAnswer, v.description('Attempts that ended so far.')),
  sentAt: v.exactOptional(instantAnswer),
  latenessMs: v.exactOptional(v.number()),
  lastError: v.exactOptional(v.string()),
  nextAttemptAt: v.exactOptional(instantAnswer),
};

export const messageAnswer = v.strictObject(messageFields);

export const explanation = v.strictObject({
  ...messageFields,
  decisions: v.pipe(
    v.array(
      v.strictObject({
        step: v.string(),
        at: v.exactOptional(instantAnswer),
        detail: v.record(v.string(), v.unknown()),
      }),
    ),
    v.description('In the order in which they were taken.'),
  ),
});

const itemError = v.strictObject({ code: v.string(), pointer: v.string(), detail: v.string() });
const ref = v.exactOptional(v.pipe(v.string(), v.description('The `id` that came with the message.')));

const acceptedItem = v.strictObject({ id: v.string(), ref, dueAt: instantAnswer });
const rejectedItem = v.strictObject({ ref, error: itemError });

/** What `POST /v1/messages` answers. */
export const bulkAnswer = v.strictObject({
  accepted: countAnswer,
  rejected: countAnswer,
  items: v.exactOptional(
    v.pipe(
      v.array(v.union([acceptedItem, rejectedItem])),
      v.description(
        'One for each message, in their order; left out with `Prefer: return=minimal` and where there are more than 50,000 or than an answer can carry.',
      ),
    ),
  ),
  errors: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ index: countAnswer, ref, error: itemError })),
      v.description('Instead of `items` where these are too many: the first 1,000 of the rejected ones.'),
    ),
  ),
});

export type AcceptedMessage = v.InferOutput<typeof acceptedMessage>;
export type MessageAnswer = v.InferOutput<typeof messageAnswer>;
export type Explanation = v.InferOutput<typeof explanation>;
export type BulkAnswer = v.InferOutput<typeof bulkAnswer>;
