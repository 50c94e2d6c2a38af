import * as v from 'valibot';
import { durationAnswer, instantAnswer, pageAnswer } from '../schema/answer-terms.ts';
import { GUARANTEES } from '../schema/terms.ts';

const targetFields = {
  name: v.string(),
  kind: v.picklist(['http', 'sqs', 'log', 'none']),
  url: v.exactOptional(v.string()),
  queueUrl: v.exactOptional(v.string()),
  timeout: durationAnswer,
  ratePerSecond: v.exactOptional(v.number()),
  retry: v.strictObject({
    maxAttempts: v.number(),
    schedule: v.array(v.string()),
    retryOn: v.exactOptional(v.array(v.number())),
  }),
  delivery: v.picklist(GUARANTEES),
  headers: v.record(v.string(), v.string()),
  createdAt: instantAnswer,
};

const secret = v.pipe(
  v.string(),
  v.regex(/^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/),
  v.description('Signs what is sent (Standard Webhooks). Shown now and never again.'),
);

export const targetAnswer = v.strictObject(targetFields);
export const newTargetAnswer = v.strictObject({ ...targetFields, signingSecret: v.exactOptional(secret) });
export const targetPage = pageAnswer(targetAnswer);
export const rotationAnswer = v.strictObject({
  name: v.string(),
  signingSecret: secret,
  previousValidUntil: instantAnswer,
});

export type TargetAnswer = v.InferOutput<typeof targetAnswer>;
