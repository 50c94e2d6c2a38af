import * as v from 'valibot';
import { countAnswer, instantAnswer, pageAnswer } from '../schema/answer-terms.ts';

const counts = v.strictObject({
  accepted: countAnswer,
  pending: countAnswer,
  sent: countAnswer,
  retrying: countAnswer,
  dead: countAnswer,
  cancelled: countAnswer,
  expired: countAnswer,
  unknown: countAnswer,
});

const lateness = v.strictObject({
  count: countAnswer,
  p50: v.number(),
  p90: v.number(),
  p99: v.number(),
  max: v.number(),
});

export const statusAnswer = v.strictObject({
  now: instantAnswer,
  settledThrough: v.pipe(
    instantAnswer,
    v.description('Everything due before it is terminal, or waits for a later attempt.'),
  ),
  oldestDueAgeMs: v.number(),
  counts: v.pipe(counts, v.description('accepted = pending + retrying + sent + dead + cancelled + expired + unknown')),
  latenessMs: v.pipe(
    lateness,
    v.description(
      'From due to the start of the attempt, of messages that their first attempt sent; later ones are left out.',
    ),
  ),
  targets: v.pipe(
    v.record(v.string(), v.strictObject({ sent: countAnswer, failed: countAnswer, dead: countAnswer })),
    v.description('Running figures by target since its first message; approximate after a crash.'),
  ),
  version: v.string(),
  tzVersion: v.string(),
});

export const bucketPage = pageAnswer(
  v.strictObject({
    bucket: v.pipe(instantAnswer, v.description('The start of the minute.')),
    shard: countAnswer,
    entries: v.strictObject({ scheduled: countAnswer, late: countAnswer }),
    state: v.picklist(['empty', 'open', 'closed', 'leased', 'unsettled', 'settled']),
    checkpoint: v.strictObject({ records: countAnswer, epoch: countAnswer, leaseUntil: v.nullable(instantAnswer) }),
    ledger: counts,
  }),
);

export const deadLetterPage = pageAnswer(
  v.strictObject({
    id: v.string(),
    key: v.exactOptional(v.string()),
    target: v.string(),
    reason: v.string(),
    attempts: countAnswer,
    lastStatus: v.exactOptional(v.number()),
    lastResponse: v.exactOptional(v.pipe(v.string(), v.description("The start of the target's last answer."))),
    dueAt: instantAnswer,
    deadAt: instantAnswer,
  }),
);

export const redriveAnswer = v.strictObject({ redriven: countAnswer });

export const healthAnswer = v.strictObject({ status: v.literal('ok'), version: v.string() });

export type StatusAnswer = v.InferOutput<typeof statusAnswer>;
export type BucketPage = v.InferOutput<typeof bucketPage>;
export type DeadLetterPage = v.InferOutput<typeof deadLetterPage>;
