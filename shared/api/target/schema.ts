import * as v from 'valibot';
import { headersSchema } from '../message/schema.ts';
import { says } from '../schema/says.ts';
import { strictRecord } from '../schema/strict-record.ts';
import { documented, durationText, GUARANTEES, oneOf, optional } from '../schema/terms.ts';

const number = v.number(says('INVALID_NUMBER', 'is no number.'));
const MAX_RATE = 1_000_000;
const MIN_RATE = 0.01;
const RATE = says('INVALID_RATE', `is no rate: give a number from ${MIN_RATE} to ${MAX_RATE}.`);

export const rateSchema = v.pipe(v.number(RATE), v.minValue(MIN_RATE, RATE), v.maxValue(MAX_RATE, RATE));

const listOf = <Schema extends v.GenericSchema>(schema: Schema) =>
  v.array(schema, says('INVALID_LIST', 'is no array.'));

const NO_STATUS = says('INVALID_LIST', 'asks for nothing; name status codes, or leave it out.');
const GONE = 410;
const GONE_FOR_GOOD = says(
  'INVALID_RETRY_STATUS',
  'means that the receiver is gone for good, and is never tried again.',
);
const retryStatus = v.pipe(number, v.notValue(GONE, GONE_FOR_GOOD));

const retrySchema = strictRecord({
  maxAttempts: optional(number, 'The first attempt included, 0 to 101; 0 and 1 both mean a single one.', 10),
  schedule: optional(listOf(durationText), 'The waits after each failed attempt; the last one repeats.', [
    'PT5S',
    'PT5M',
  ]),
  initial: optional(durationText, 'The first wait, instead of `schedule`.', 'PT5S'),
  factor: optional(number, 'What each wait is multiplied by to make the next, at least 1.', 2),
  max: optional(durationText, 'The longest wait.', 'P1D'),
  retryOn: optional(
    v.pipe(listOf(retryStatus), v.minLength(1, NO_STATUS)),
    'Status codes (300–599, but 410) that are tried again although the default says no; it takes none away.',
    [404],
  ),
});

const commonFields = {
  timeout: optional(durationText, 'For one attempt in total, at most 30 s; 10 s where it is left out.', 'PT10S'),
  ratePerSecond: optional(rateSchema, 'Attempts a second at most; no limit where it is left out.', 5000),
  retry: optional(retrySchema, "When to try again; Standard Webhooks' schedule of 10 attempts where it is left out."),
  delivery: optional(oneOf(GUARANTEES), 'What an unknown outcome means; `at-least-once` where it is left out.'),
  headers: optional(headersSchema, 'Sent with every message: at most 20 of 4 KiB together.', { 'x-team': 'growth' }),
} as const;

const text = v.string(says('INVALID_TYPE', 'is no text.'));
const kind = <const Kind extends string>(name: Kind) => v.literal(name);

const httpTarget = strictRecord({
  kind: kind('http'),
  url: documented(text, 'Where to POST to: https, a public host.', 'https://push.example.com/hook'),
  ...commonFields,
});

const sqsTarget = strictRecord({
  kind: kind('sqs'),
  queueUrl: documented(text, 'The URL of a standard queue.', 'https://sqs.eu-west-1.amazonaws.com/123456789012/pushes'),
  ...commonFields,
});

const snsTarget = strictRecord({
  kind: kind('sns'),
  topicArn: documented(
    text,
    'The ARN of a standard topic in the region of this deployment.',
    'arn:aws:sns:eu-west-1:123456789012:pushes',
  ),
  ...commonFields,
});

/** Those that begin with `aws.` are AWS's own. */
const SOURCE = says('INVALID_SOURCE', 'is no source: give 1 to 256 characters that do not begin with "aws.".');
const DETAIL_TYPE = says('INVALID_DETAIL_TYPE', 'is no detail type: give text of 1 to 128 characters.');

const eventBridgeTarget = strictRecord({
  kind: kind('eventbridge'),
  eventBus: documented(text, 'The name of an event bus, or the ARN of one in the region of this deployment.', 'pushes'),
  source: optional(
    v.pipe(v.string(SOURCE), v.regex(/^(?!aws\.)[ -~]{1,256}$/, SOURCE)),
    'What rules match as `source`; `meridian` where it is left out.',
    'com.example.pushes',
  ),
  detailType: optional(
    v.pipe(v.string(DETAIL_TYPE), v.regex(/^[ -~]{1,128}$/, DETAIL_TYPE)),
    'What rules match as `detail-type`; `Message` where it is left out.',
    'Good morning',
  ),
  ...commonFields,
});

const lambdaTarget = strictRecord({
  kind: kind('lambda'),
  functionArn: documented(
    text,
    'The ARN of a function in the region of this deployment; it may name a version or alias.',
    'arn:aws:lambda:eu-west-1:123456789012:function:push:live',
  ),
  ...commonFields,
});

const logTarget = strictRecord({ kind: kind('log'), ...commonFields });
const noneTarget = strictRecord({ kind: kind('none'), ...commonFields });

export const TARGET_KINDS = ['http', 'sqs', 'sns', 'eventbridge', 'lambda', 'log', 'none'] as const;

/** Where messages go, as the body of `PUT /v1/targets/{name}` says it. */
export const targetSchema = v.variant(
  'kind',
  [httpTarget, sqsTarget, snsTarget, eventBridgeTarget, lambdaTarget, logTarget, noneTarget],
  says('KIND_NOT_SUPPORTED', `is no kind of target that this version has; give one of ${TARGET_KINDS.join(', ')}.`),
);

export type TargetBody = v.InferOutput<typeof targetSchema>;
export type RetryBody = v.InferOutput<typeof retrySchema>;
