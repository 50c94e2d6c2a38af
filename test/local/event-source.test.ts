import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { callSqs } from '../../shared/local/call-engine.ts';
import { type Engines, startEngines } from '../../shared/local/engines.ts';
import { type EventSource, servedOf, startEventSource } from '../../shared/local/event-source.ts';
import { type LaneQueue, setUpEngines } from '../../shared/local/set-up-engines.ts';
import { sqsEvent } from '../functions/events.ts';
import { until } from './receiver.ts';

const idsOf = (event: SQSEvent, failures: readonly string[]): string[] =>
  servedOf(event, { batchItemFailures: failures.map((itemIdentifier) => ({ itemIdentifier })) }).map(
    ({ messageId }) => messageId,
  );

describe('what an answer acknowledges', () => {
  const event = sqsEvent({ a: '', b: '', c: '' });

  test.each<[string, string[], string[]]>([
    ['no failure', [], ['a', 'b', 'c']],
    ['a failure', ['b'], ['a', 'c']],
    ['all failed', ['a', 'b', 'c'], []],
    ['a failure that is named twice', ['b', 'b'], []],
    ['a name that is not in the batch', ['x'], []],
    ['an empty name', [''], []],
  ])('%s', (_name, failures, served) => {
    expect(idsOf(event, failures)).toEqual(served);
  });
});

describe('event source', () => {
  let engines: Engines;
  let queue: LaneQueue;
  let source: EventSource | undefined;
  const errors: unknown[] = [];

  beforeEach(async () => {
    errors.length = 0;
    engines = await startEngines();
    queue = (await setUpEngines(engines)).send;
  });

  afterEach(async () => {
    await source?.stop();
    source = undefined;
    await engines.close();
  });

  const sqs = <Result>(action: string, body: object): Promise<Result> =>
    callSqs<Result>(engines.sqsEndpoint, action, { body: { QueueUrl: queue.url, ...body } });

  const start = (send: (event: SQSEvent) => Promise<SQSBatchResponse>): void => {
    source = startEventSource({
      endpoint: engines.sqsEndpoint,
      queue,
      name: 'send',
      serve: (event) => send(event),
      onError: (error) => errors.push(error),
    });
  };

  const left = async (): Promise<number> => {
    const { Attributes } = await sqs<{ Attributes: Record<string, string> }>('GetQueueAttributes', {
      AttributeNames: ['All'],
    });
    return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
  };

  const sendAll = (bodies: readonly string[]) =>
    Promise.all(bodies.map((MessageBody) => sqs('SendMessage', { MessageBody })));

  test('hands over batches of at most ten with all that Lambda puts into a record, and deletes what was served', async () => {
    const events: SQSEvent[] = [];
    await sendAll(Array.from({ length: 25 }, (_, n) => `body-${n}`));
    await sqs('SendMessage', {
      MessageBody: 'with attribute',
      MessageAttributes: { trace: { DataType: 'String', StringValue: '00-1' } },
    });
    start(async (event) => {
      events.push(event);
      return { batchItemFailures: [] };
    });
    const records = () => events.flatMap(({ Records }) => Records);
    await until(() => records().length === 26, 5_000);
    expect(Math.max(...events.map(({ Records }) => Records.length))).toBe(10);
    expect(records().find(({ body }) => body === 'with attribute')).toEqual({
      messageId: expect.stringMatching(/./),
      receiptHandle: expect.stringMatching(/./),
      body: 'with attribute',
      attributes: {
        ApproximateReceiveCount: '1',
        SentTimestamp: expect.stringMatching(/^\d{13}$/),
        SenderId: expect.stringMatching(/./),
        ApproximateFirstReceiveTimestamp: expect.stringMatching(/^\d{13}$/),
      },
      messageAttributes: {
        trace: { dataType: 'String', stringValue: '00-1', stringListValues: [], binaryListValues: [] },
      },
      md5OfBody: expect.stringMatching(/^[0-9a-f]{32}$/),
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: 'us-east-1',
    });
    await expect.poll(left).toBe(0);
    expect(errors).toEqual([]);
  });

  test('F16: what stays failed is tried as often as the redrive policy says, and ends in the dead-letter queue', async () => {
    const { Attributes } = await sqs<{ Attributes: Record<string, string> }>('GetQueueAttributes', {
      AttributeNames: ['All'],
    });
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(Attributes.RedrivePolicy ?? '');
    expect({ visibility: Attributes.VisibilityTimeout, maxReceiveCount }).toEqual({
      visibility: '360',
      maxReceiveCount: 6,
    });
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    await sqs('SetQueueAttributes', { Attributes: { VisibilityTimeout: '1', RedrivePolicy } });
    const seen: string[] = [];
    start(async ({ Records }) => {
      seen.push(...Records.map(({ body }) => body));
      const failed = Records.filter(({ body }) => body === 'bad');
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });
    await sendAll(['bad', 'good']);
    await expect.poll(left, { timeout: 10_000, interval: 100 }).toBe(0);
    const { QueueUrl } = await sqs<{ QueueUrl: string }>('GetQueueUrl', { QueueName: 'meridian-send-dead-letters' });
    const { Messages } = await callSqs<{ Messages: { Body: string }[] }>(engines.sqsEndpoint, 'ReceiveMessage', {
      body: { QueueUrl },
    });
    expect(Messages.map(({ Body }) => Body)).toEqual(['bad']);
    expect(seen.toSorted()).toEqual(['bad', 'bad', 'good']);
  }, 15_000);

  test('a function that throws keeps its whole batch, and the source goes on', async () => {
    let calls = 0;
    start(async () => {
      calls += 1;
      if (calls === 1) throw new Error('broken');
      return { batchItemFailures: [] };
    });
    await sendAll(['first']);
    await until(() => errors.length === 1, 5_000);
    expect(await left()).toBe(1);
    await sendAll(['second']);
    await until(() => calls === 2, 5_000);
    await expect.poll(left).toBe(1);
  });

  test('works on other batches while one takes long, and a stop waits for that one', async () => {
    const slow = Promise.withResolvers<SQSBatchResponse>();
    const bodies: string[] = [];
    start(({ Records }) => {
      bodies.push(...Records.map(({ body }) => body));
      return Records.some(({ body }) => body === 'slow') ? slow.promise : Promise.resolve({ batchItemFailures: [] });
    });
    await sendAll(['slow']);
    await until(() => bodies.includes('slow'), 5_000);
    await sendAll(['quick']);
    await until(() => bodies.includes('quick'), 5_000);
    let stopped = false;
    const stopping = source?.stop().then(() => {
      stopped = true;
    });
    await sendAll(['too late']);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(stopped).toBe(false);
    slow.resolve({ batchItemFailures: [] });
    await stopping;
    expect(bodies).toEqual(['slow', 'quick']);
  });
});
