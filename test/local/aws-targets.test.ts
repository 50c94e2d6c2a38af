import { afterEach, describe, expect, test, vi } from 'vitest';
import { type LocalRuntime, startLocal } from '../../shared/local/start-local.ts';
import { CANARY } from '../support/canary.ts';
import { startHttpService } from '../support/http-service.ts';
import { startWire } from '../support/wire.ts';
import { makeClient } from './client.ts';
import { until } from './receiver.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close();
  vi.unstubAllEnvs();
});

/** A runtime, and what the environment names for it. */
const start = async (env: Readonly<Record<string, string>>): Promise<LocalRuntime> => {
  for (const variable of ['', '_SNS', '_EVENTBRIDGE', '_LAMBDA']) vi.stubEnv(`AWS_ENDPOINT_URL${variable}`, undefined);
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const runtime = await startLocal({ ticks: 'by-hand' });
  closing.push(runtime.stop);
  return runtime;
};

const TARGETS = [
  ['sns', 'AWS_ENDPOINT_URL_SNS', { topicArn: 'arn:aws:sns:us-east-1:000000000000:t' }],
  ['eventbridge', 'AWS_ENDPOINT_URL_EVENTBRIDGE', { eventBus: 'default' }],
  ['lambda', 'AWS_ENDPOINT_URL_LAMBDA', { functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f' }],
] as const;

const XML = `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Successful>
  <member><Id>0</Id><MessageId>m</MessageId></member></Successful><Failed/></PublishBatchResult></PublishBatchResponse>`;

/** The services behind the kinds, each of which takes what it is sent and keeps it as text. */
const openServices = async () => {
  const taken: Record<string, string> = {};
  const sns = await startHttpService(({ body }) => {
    taken.sns = new URLSearchParams(body).get('PublishBatchRequestEntries.member.1.Message') ?? '';
    return { status: 200, headers: { 'content-type': 'text/xml' }, body: XML };
  });
  const lambda = await startHttpService(({ body }) => {
    taken.lambda = body;
    return { status: 200, body: 'null' };
  });
  const eventbridge = await startWire('http://127.0.0.1:9');
  eventbridge.meddle(async ({ input }) => {
    taken.eventbridge = JSON.stringify(JSON.parse(input.Entries[0].Detail).payload);
    return { status: 200, body: { FailedEntryCount: 0, Entries: [{ EventId: 'e' }] } };
  });
  closing.push(sns.close, lambda.close, eventbridge.close);
  return { taken, endpoints: { sns: sns.endpoint, lambda: lambda.endpoint, eventbridge: eventbridge.endpoint } };
};

describe('targets of AWS on a laptop', () => {
  test.each(TARGETS)(
    'F41: %s without an endpoint are refused with the variable to set',
    async (kind, variable, fields) => {
      const { url } = await start({});
      const { putTarget } = makeClient(url);
      const answer = await putTarget('push', { kind, ...fields });
      expect(answer).toMatchObject({ status: 422, body: { code: 'KIND_NOT_REACHABLE' } });
      expect(answer.body).toHaveProperty('detail', expect.stringContaining(variable));
    },
  );

  test.each(TARGETS)('%s with an endpoint get their messages there', async (kind, variable, fields) => {
    const { taken, endpoints } = await openServices();
    const { url } = await start({ [variable]: endpoints[kind] });
    const { putTarget, putMessage, getMessage } = makeClient(url);
    expect(await putTarget('push', { kind, ...fields })).toMatchObject({ status: 201 });
    await putMessage('hello', { target: 'push', delay: 'PT0.2S', payload: { text: 'Good morning' } });
    await until(() => taken[kind] !== undefined, 20_000);
    expect(taken).toEqual({ [kind]: JSON.stringify({ canary: CANARY, text: 'Good morning' }) });
    let state: unknown;
    for (let tries = 0; tries < 100 && state !== 'sent'; tries += 1) {
      state = ((await getMessage('hello')).body as { state: string }).state;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(state).toBe('sent');
  });
});
