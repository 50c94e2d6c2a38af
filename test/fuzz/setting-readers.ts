import { bytesOfBody, readObject } from '../../shared/api/http/request-body.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { judgeEventBus, judgeFunctionArn, judgeTopicArn } from '../../shared/api/target/arn.ts';
import { targetSchema } from '../../shared/api/target/schema.ts';
import { toTargetSpec } from '../../shared/api/target/spec.ts';
import { readHead } from '../../shared/channels/http/answer-head.ts';
import { AttemptFault } from '../../shared/channels/http/attempt-fault.ts';
import { AUTHORIZER_ENV, ConfigError, readApiKeys, readSources, SOURCES_ENV } from '../../shared/config.ts';
import { makeAllowList } from '../../shared/core/delivery/allow-list.ts';
import type { TextReader } from './text-readers.ts';

const REGION = 'eu-west-1';
const POLICY = { allowHttp: false, ports: [443], allow: makeAllowList([]), region: REGION, unreachable: {} };
const TOPIC = `arn:aws:sns:${REGION}:123456789012:pushes`;
const FUNCTION = `arn:aws:lambda:${REGION}:123456789012:function:push:live`;
const BUS = `arn:aws:events:${REGION}:123456789012:event-bus/pushes`;
const QUEUE = `https://sqs.${REGION}.amazonaws.com/123456789012/q`;
const SOURCE = `{"arn":"arn:aws:sqs:${REGION}:123456789012:orders","topic":null,"process":"sums","input":"main"}`;

/** What a reader gives, or a refusal in the place of the error that it says it throws. */
const orRefusal = (read: () => unknown): unknown => {
  try {
    return read();
  } catch (error) {
    if (error instanceof AttemptFault || error instanceof ConfigError) return { ok: false, detail: error.message };
    throw error;
  }
};

/** Readers of how targets are set, of what they answer, and of settings. */
export const SETTING_READERS: Readonly<Record<string, TextReader>> = {
  'topic arn': { read: (text) => judgeTopicArn(text, REGION), examples: [TOPIC] },
  'function arn': { read: (text) => judgeFunctionArn(text, REGION), examples: [FUNCTION] },
  'event bus': { read: (text) => judgeEventBus(text, REGION), examples: [BUS, 'default'] },
  'target of each kind': {
    read: (text) =>
      toTargetSpec(
        readObject(bytesOfBody({ body: text }, DEFAULT_LIMITS.bodyBytes), targetSchema, DEFAULT_LIMITS),
        POLICY,
      ),
    examples: [
      '{"kind":"http","url":"https://push.example.com/","timeout":"PT5S","retry":{"schedule":["PT1S"]}}',
      `{"kind":"sqs","queueUrl":"${QUEUE}","retry":{"initial":"PT1S","factor":2,"max":"PT1M","maxAttempts":3}}`,
      `{"kind":"sns","topicArn":"${TOPIC}"}`,
      `{"kind":"lambda","functionArn":"${FUNCTION}","headers":{"x-a":"b"}}`,
      `{"kind":"eventbridge","eventBus":"${BUS}","source":"shop","detailType":"Push"}`,
      '{"kind":"log","ratePerSecond":5}',
    ],
  },
  'head of an answer': {
    read: (text) => orRefusal(() => readHead(text)),
    examples: [
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\nkeep-alive: timeout=5\r\nretry-after: 120',
      'HTTP/1.0 503 \r\ntransfer-encoding: chunked\r\nconnection: close',
    ],
  },
  'api keys': {
    read: (text) => orRefusal(() => readApiKeys({ [AUTHORIZER_ENV.apiKeys]: text })),
    examples: [`shop:${'a'.repeat(64)},till-2:${'0'.repeat(64)}`],
  },
  'sources of processes': {
    read: (text) => orRefusal(() => readSources({ [SOURCES_ENV.sources]: text })),
    examples: ['[]', `[${SOURCE}]`],
  },
};
