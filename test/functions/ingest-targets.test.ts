import { describe, expect, test } from 'vitest';
import { plusMs } from '../../shared/core/time/epoch.ts';
import { API_START, makeApi, makeReadyApi } from '../support/api.ts';

const HOOK = { kind: 'http', url: 'https://push.example.com/hook' };

describe('targets', () => {
  test('P22 show the secret when created, and never again', async () => {
    const api = makeApi();
    const created = await api.request('PUT', '/v1/targets/push', {
      body: { ...HOOK, ratePerSecond: 5000, headers: { 'X-Team': 'growth' } },
    });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name: 'push',
      ...HOOK,
      timeout: 'PT10S',
      delivery: 'at-least-once',
      headers: { 'x-team': 'growth' },
    });
    const { signingSecret } = created.body;
    expect(Buffer.from(signingSecret.slice('whsec_'.length), 'base64').length).toBe(32);
    const others = [
      await api.request('PUT', '/v1/targets/push', { body: HOOK }),
      await api.request('GET', '/v1/targets/push'),
      await api.request('GET', '/v1/targets'),
    ];
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(JSON.stringify([others, api.telemetry.notes])).not.toContain(signingSecret);
    expect((await api.targets.find('push'))?.destination).toMatchObject({ secrets: [{ secret: signingSecret }] });
  });

  test('take back what they show', async () => {
    const api = makeApi();
    await api.request('PUT', '/v1/targets/push', {
      body: { ...HOOK, retry: { initial: 'PT1S', factor: 3, max: 'PT1M', maxAttempts: 6, retryOn: [404] } },
    });
    const { body } = await api.request('GET', '/v1/targets/push');
    expect(body.retry).toEqual({ maxAttempts: 6, schedule: ['PT1S', 'PT3S', 'PT9S', 'PT27S', 'PT1M'], retryOn: [404] });
    const { name, createdAt, ...fields } = body;
    await api.request('PUT', '/v1/targets/push', { body: fields });
    expect((await api.request('GET', '/v1/targets/push')).body).toEqual(body);
  });

  test('rotate their secret: both count for 24 h', async () => {
    const api = makeApi();
    const { signingSecret: old } = (await api.request('PUT', '/v1/targets/push', { body: HOOK })).body;
    const rotated = await api.request('POST', '/v1/targets/push/rotate-secret');
    expect(rotated).toMatchObject({
      status: 200,
      body: { name: 'push', previousValidUntil: '2026-11-22T09:00:00.000Z' },
    });
    expect((await api.targets.find('push'))?.destination).toMatchObject({
      secrets: [{ secret: rotated.body.signingSecret }, { secret: old, until: plusMs(API_START, 86_400_000) }],
    });
    expect((await api.request('POST', '/v1/targets/nope/rotate-secret')).status).toBe(404);
    await api.addTarget();
    expect(await api.request('POST', '/v1/targets/push/rotate-secret')).toMatchObject({
      status: 409,
      body: { code: 'NO_SIGNING_SECRET' },
    });
  });

  test('are listed by name, page by page', async () => {
    const api = makeApi();
    for (const name of ['c', 'a', 'b', 'A', '-', 'zz'])
      await api.request('PUT', `/v1/targets/${name}`, { body: { kind: 'log' } });
    const names: string[] = [];
    let query = 'limit=4';
    for (let pages = 0; pages < 2; pages += 1) {
      const { body } = await api.request('GET', '/v1/targets', { query });
      names.push(...body.items.map((target: { name: string }) => target.name));
      query = `limit=4&cursor=${body.next}`;
      if (body.next === null) break;
    }
    expect(names).toEqual(['-', 'A', 'a', 'b', 'c', 'zz']);
    expect((await api.request('GET', '/v1/targets', { query: 'limit=6' })).body.next).toBeNull();
  });

  test('are gone once deleted', async () => {
    const api = await makeReadyApi();
    expect(await api.request('DELETE', '/v1/targets/push')).toMatchObject({ status: 204, body: undefined });
    expect((await api.request('DELETE', '/v1/targets/push')).status).toBe(404);
    expect((await api.request('GET', '/v1/targets/push')).status).toBe(404);
  });

  test('of http may lead to what the operator allows, and sqs ones too', async () => {
    const api = makeApi({ allow: ['127.0.0.1'] });
    expect(
      (await api.request('PUT', '/v1/targets/a', { body: { kind: 'http', url: 'http://127.0.0.1:8080/echo' } })).status,
    ).toBe(201);
    expect(
      (
        await api.request('PUT', '/v1/targets/b', {
          body: { kind: 'sqs', queueUrl: 'http://127.0.0.1:4566/000000000000/q' },
        })
      ).status,
    ).toBe(201);
    const queueUrl = 'https://sqs.eu-west-1.amazonaws.com/123456789012/pushes';
    const { body } = await api.request('PUT', '/v1/targets/c', { body: { kind: 'sqs', queueUrl } });
    expect(body).toMatchObject({ kind: 'sqs', queueUrl });
    expect(body).not.toHaveProperty('signingSecret');
  });

  test.each([
    { kind: 'sns', topicArn: 'arn:aws:sns:eu-west-1:123456789012:pushes' },
    { kind: 'eventbridge', eventBus: 'pushes', source: 'com.example', detailType: 'Push' },
    {
      kind: 'eventbridge',
      eventBus: 'arn:aws:events:eu-west-1:123456789012:event-bus/pushes',
      source: 'meridian',
      detailType: 'Message',
    },
    { kind: 'lambda', functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:push' },
    { kind: 'lambda', functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:push:$LATEST' },
  ])('of $kind are shown as they were given, without a secret', async (destination) => {
    const api = makeApi();
    const created = await api.request('PUT', '/v1/targets/push', { body: destination });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject(destination);
    expect(created.body).not.toHaveProperty('signingSecret');
    expect((await api.request('GET', '/v1/targets/push')).body).toEqual(created.body);
    expect((await api.targets.find('push'))?.destination).toEqual(destination);
  });

  test('of eventbridge have a source and a detail type where they are not given', async () => {
    const api = makeApi();
    const { body } = await api.request('PUT', '/v1/targets/push', {
      body: { kind: 'eventbridge', eventBus: 'default' },
    });
    expect(body).toMatchObject({ eventBus: 'default', source: 'meridian', detailType: 'Message' });
  });

  test('F41: of a kind that nothing is behind are refused with the setting that is missing', async () => {
    const api = makeApi({ unreachable: { sns: 'AWS_ENDPOINT_URL_SNS' } });
    const topicArn = 'arn:aws:sns:eu-west-1:123456789012:pushes';
    expect(await api.request('PUT', '/v1/targets/push', { body: { kind: 'sns', topicArn } })).toMatchObject({
      status: 422,
      body: {
        code: 'KIND_NOT_REACHABLE',
        detail: 'Nothing is behind targets of kind sns here: set AWS_ENDPOINT_URL_SNS to an endpoint and start again.',
        errors: [{ pointer: '/kind' }],
      },
    });
    const functionArn = 'arn:aws:lambda:eu-west-1:123456789012:function:push';
    expect((await api.request('PUT', '/v1/targets/push', { body: { kind: 'lambda', functionArn } })).status).toBe(201);
  });
});
