import * as v from 'valibot';
import { acceptedMessage, bulkAnswer, explanation, messageAnswer } from './message/answers.ts';
import { bulkMessageSchema, keyedMessageSchema } from './message/schema.ts';
import { bucketPage, deadLetterPage, healthAnswer, redriveAnswer, statusAnswer } from './operator/answers.ts';
import { redriveSchema } from './operator/schema.ts';
import { elementsAnswer, keyAnswer, keyPage, processAnswer, processPage, watermarkAnswer } from './process/answers.ts';
import { elementSchema, timerSchema, watermarkSchema } from './process/schema.ts';
import { problemAnswer } from './schema/problem.ts';
import { newTargetAnswer, rotationAnswer, targetAnswer, targetPage } from './target/answers.ts';
import { targetSchema } from './target/schema.ts';

/** Every body that the interface takes or gives, by the name that the OpenAPI document gives it. */
export const components = {
  TargetBody: targetSchema,
  Target: targetAnswer,
  NewTarget: newTargetAnswer,
  TargetPage: targetPage,
  Rotation: rotationAnswer,
  KeyedMessage: keyedMessageSchema,
  BulkMessage: bulkMessageSchema,
  BulkMessages: v.array(bulkMessageSchema),
  AcceptedMessage: acceptedMessage,
  Message: messageAnswer,
  Explanation: explanation,
  BulkAnswer: bulkAnswer,
  Status: statusAnswer,
  BucketPage: bucketPage,
  DeadLetterPage: deadLetterPage,
  Redrive: redriveSchema,
  Redriven: redriveAnswer,
  Health: healthAnswer,
  Element: elementSchema,
  Elements: v.array(elementSchema),
  ElementsAnswer: elementsAnswer,
  Watermark: watermarkSchema,
  WatermarkAnswer: watermarkAnswer,
  Process: processAnswer,
  ProcessPage: processPage,
  Key: keyAnswer,
  KeyPage: keyPage,
  Timer: timerSchema,
  OpenApi: v.record(v.string(), v.unknown()),
  Problem: problemAnswer,
} as const;

export type ComponentName = keyof typeof components;
