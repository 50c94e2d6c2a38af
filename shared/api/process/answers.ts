import * as v from 'valibot';
import { COUNTER_NAMES } from '../../app/process/counter-names.ts';
import { countAnswer, instantAnswer, pageAnswer } from '../schema/answer-terms.ts';

const itemError = v.strictObject({ code: v.string(), pointer: v.string(), detail: v.string() });

export const elementsAnswer = v.strictObject({
  accepted: v.pipe(countAnswer, v.description('Committed by this call.')),
  duplicates: v.pipe(countAnswer, v.description('Committed before, under the same id.')),
  rejected: countAnswer,
  late: v.exactOptional(
    v.pipe(v.literal(true), v.description('Some of the accepted came too late, and went to the side output `late`.')),
  ),
  errors: v.exactOptional(
    v.pipe(
      v.array(v.strictObject({ index: countAnswer, id: v.exactOptional(v.string()), error: itemError })),
      v.description('Of the first elements that were rejected; nothing of them is stored.'),
    ),
  ),
});

export const watermarkAnswer = v.strictObject({
  watermark: v.pipe(v.nullable(instantAnswer), v.description('Of the process, over all its partitions.')),
  advanced: v.pipe(v.boolean(), v.description('False for one that was no higher: it is ignored.')),
});

const timer = v.strictObject({
  id: v.string(),
  domain: v.picklist(['event', 'processing']),
  timestamp: instantAnswer,
  name: v.nullable(v.string()),
  everyMs: v.exactOptional(countAnswer),
});

export const keyAnswer = v.strictObject({
  key: v.string(),
  version: countAnswer,
  state: v.record(v.string(), v.unknown()),
  timers: v.array(timer),
  watermark: v.pipe(v.nullable(instantAnswer), v.description('Up to where its event timers have fired.')),
  pendingOutputs: v.array(
    v.strictObject({
      id: v.string(),
      output: v.nullable(v.string()),
      value: v.unknown(),
      timestamp: v.nullable(instantAnswer),
    }),
  ),
});

export const keyPage = pageAnswer(keyAnswer);

const partition = v.strictObject({
  input: v.string(),
  partition: v.string(),
  watermark: v.nullable(instantAnswer),
  maxTimestamp: v.nullable(instantAnswer),
  seenAt: v.nullable(instantAnswer),
  idle: v.boolean(),
  holdsBack: v.pipe(v.boolean(), v.description('Its input gets no further before this partition does.')),
});

export const processAnswer = v.strictObject({
  name: v.string(),
  watermark: v.nullable(instantAnswer),
  firedThrough: v.pipe(v.nullable(instantAnswer), v.description('All event timers at or before it have fired.')),
  lagMs: v.pipe(v.nullable(v.number()), v.description('How far the watermark is behind the clock.')),
  inputs: v.array(v.string()),
  waitsFor: v.pipe(
    v.array(v.string()),
    v.description('Inputs that have no watermark yet: event time waits for each of them, broadcast included.'),
  ),
  outputs: v.array(v.strictObject({ name: v.nullable(v.string()), to: v.nullable(v.string()) })),
  partitions: v.array(partition),
  counters: v.pipe(
    v.strictObject(
      Object.fromEntries(COUNTER_NAMES.map((name) => [name, countAnswer])) as Record<
        (typeof COUNTER_NAMES)[number],
        typeof countAnswer
      >,
    ),
    v.description('Running figures since the first element; approximate after a crash.'),
  ),
});

export const processPage = pageAnswer(v.strictObject({ name: v.string() }));

export type KeyAnswer = v.InferOutput<typeof keyAnswer>;
export type ProcessAnswer = v.InferOutput<typeof processAnswer>;
export type ElementsAnswer = v.InferOutput<typeof elementsAnswer>;
