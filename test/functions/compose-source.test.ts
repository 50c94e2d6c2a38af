import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { number, object, string } from 'valibot';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { composeElementsFunction, composeSourceFunction } from '../../functions/process/compose-process-functions.ts';
import { ENV, SOURCES_ENV } from '../../shared/config.ts';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { listState, valueState } from '../../shared/core/process/state/spec.ts';
import { callSqs } from '../../shared/local/call-engine.ts';
import { type Engines, startEngines } from '../../shared/local/engines.ts';
import { startEventSource } from '../../shared/local/event-source.ts';
import { makeLambdaContext } from '../../shared/local/lambda-context.ts';
import { setUpEngines, TABLES } from '../../shared/local/set-up-engines.ts';
import { toEvent } from '../support/api.ts';
import { CANARY, watchText } from '../support/canary.ts';

const sums = defineProcess({
  name: 'sums',
  element: object({ n: number(), text: string() }),
  state: { sum: valueState<number>(), order: listState<number>() },
  onElement: ({ n }, { state }) => {
    if (n < 0) throw new Error(CANARY);
    state.sum.set((state.sum.get() ?? 0) + n);
    state.order.add(n);
  },
});

describe('the composed function of sources, on the embedded DynamoDB and SQS', () => {
  let engines: Engines;
  let queue: { readonly url: string; readonly arn: string };
  const sqs = <Result>(action: string, body: object): Promise<Result> =>
    callSqs<Result>(engines.sqsEndpoint, action, { body });

  beforeAll(async () => {
    engines = await startEngines();
    const lanes = await setUpEngines(engines);
    const { QueueUrl: url } = await sqs<{ QueueUrl: string }>('CreateQueue', {
      QueueName: 'beats',
      Attributes: { VisibilityTimeout: '1' },
    });
    const { Attributes } = await sqs<{ Attributes: { QueueArn: string } }>('GetQueueAttributes', {
      QueueUrl: url,
      AttributeNames: ['QueueArn'],
    });
    queue = { url, arn: Attributes.QueueArn };
    const variables = {
      [ENV.stage]: 'test',
      [ENV.segmentsTable]: TABLES.segments,
      [ENV.keysTable]: TABLES.keys,
      [ENV.controlTable]: TABLES.control,
      [ENV.sendQueueUrls]: lanes.send.url,
      [ENV.processQueueUrls]: lanes.process.url,
      [SOURCES_ENV.sources]: JSON.stringify([{ arn: queue.arn, topic: null, process: 'sums', input: 'main' }]),
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_DYNAMODB: engines.dynamoEndpoint,
      AWS_ENDPOINT_URL_SQS: engines.sqsEndpoint,
    };
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  afterAll(async () => {
    vi.unstubAllEnvs();
    await engines.close();
  });

  it('P14 P23 F16 counts once what a queue brings again after a crash, buries poison, and logs no payload', async () => {
    const lines: string[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0);
    }
    const source = composeSourceFunction({ sums });
    const elements = composeElementsFunction({ sums });
    let calls = 0;
    const crashes: unknown[] = [];
    const bodies = [
      ...[1, 2, 4].map((n) => ({ key: 'a', value: { n, text: CANARY } })),
      CANARY,
      { key: 'a', value: { n: -1, text: '' } },
    ];
    const Entries = bodies.map((body, n) => ({
      Id: `m${n}`,
      MessageBody: typeof body === 'string' ? body : JSON.stringify(body),
    }));
    await sqs('SendMessageBatch', { QueueUrl: queue.url, Entries });
    const feeding = startEventSource({
      endpoint: engines.sqsEndpoint,
      queue,
      name: 'process',
      serve: async (event: SQSEvent): Promise<SQSBatchResponse> => {
        const answer = (await source(event, makeLambdaContext('source', 60_000))) as SQSBatchResponse;
        calls += 1;
        // All is committed, and nobody hears of it.
        if (calls === 1) throw new Error('crashed');
        return answer;
      },
      onError: (error) => crashes.push(error),
    });
    const left = async (): Promise<number> => {
      const { Attributes } = await sqs<{ Attributes: Record<string, string> }>('GetQueueAttributes', {
        QueueUrl: queue.url,
        AttributeNames: ['All'],
      });
      return Number(Attributes.ApproximateNumberOfMessages) + Number(Attributes.ApproximateNumberOfMessagesNotVisible);
    };
    await expect.poll(left, { timeout: 20_000, interval: 50 }).toBe(0);
    await feeding.stop();
    const get = async (path: string) =>
      JSON.parse((await elements(toEvent('GET', path), makeLambdaContext('elements', 29_000))).body ?? '');
    expect(await get('/v1/processes/sums/keys/a')).toMatchObject({ state: { sum: 7 } });
    expect(calls).toBeGreaterThan(1);
    expect(crashes).toHaveLength(1);
    expect(lines.join('')).toContain('process input is dead');
    watchText('log lines', lines.join(''));
  }, 60_000);
});
