import * as v from 'valibot';
import { durationAnswer, instantAnswer, pageAnswer } from '../schema/answer-terms.ts';
import { GUARANTEES } from '../schema/terms.ts';
import { TARGET_KINDS } from './schema.ts';

const targetFields = {
  name: v.string(),
  kind: v.picklist(TARGET_KINDS),
  url: v.exactOptional(v.string()),
  queueUrl: v.exactOptional(v.string()),
  topicArn: v.exactOptional(v.string()),
  eventBus: v.exactOptional(v.string()),
  source: v.exactOptional(v.string()),
  detailType: v.exactOptional(v.string()),
  functionArn: v.exactOptional(v.string()),
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
