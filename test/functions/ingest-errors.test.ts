import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import { makeIngest } from '../../functions/ingest/ingest.ts';
import { makeAllowList } from '../../shared/core/delivery/allow-list.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { toEvent } from '../support/api.ts';
import { expectFits } from '../support/openapi.ts';

const PAYLOAD = 's3cr3t';

/** An ingest whose desks do what `find` does. */
const makeFailing = (find: () => Promise<never>) => {
  const clock = makeVirtualClock(epochMs(0));
  const telemetry = makeMemoryTelemetry();
  const desk = new Proxy({}, { get: () => find }) as never;
  const ingest = makeIngest({
    messages: desk,
    deadLetters: desk,
    status: desk,
    targets: desk,
    targetLookup: desk,
    telemetry,
    clock,
    targetPolicy: { allowHttp: false, ports: [443], allow: makeAllowList([]), region: 'eu-west-1', unreachable: {} },
    paths: 'encoded',
    version: '0',
    tzVersion: '2026c',
    openApi: desk,
  });
  return { ingest, telemetry, clock };
};

describe('an error that nobody foresaw', () => {
  test('P23 is answered and noted without its message, which may quote a payload', async () => {
    const { ingest, telemetry } = makeFailing(() => Promise.reject(new TypeError(`cannot read ${PAYLOAD}`)));
    const answer = await ingest(toEvent('GET', '/v1/messages/k'));
    expectFits('GET', '/v1/messages/k', answer);
    expect(answer.statusCode).toBe(500);
    expect(JSON.stringify([answer, telemetry.notes])).not.toContain(PAYLOAD);
    expect(telemetry.notes).toMatchObject([
      { level: 'error', event: 'request failed', fields: { requestId: 'req-1', error: 'TypeError' } },
      { level: 'info', event: 'request', fields: { operation: 'getMessage', status: 500, code: 'INTERNAL' } },
    ]);
  });

  test('F18 may be anything that can be thrown', async () => {
    for (const thrown of [undefined, null, 'x', 0, { statusCode: 200 }]) {
      const { ingest } = makeFailing(() => Promise.reject(thrown));
      const answer = await ingest(toEvent('GET', '/v1/status'));
      expectFits('GET', '/v1/status', answer);
      expect(answer.statusCode).toBe(500);
    }
  });
});

describe('HEAD', () => {
  test.each(['/healthz', '/v1/messages/..', '/nothing', '/v1/messages/k'])(
    'answers %s as GET does, without a body',
    async (path) => {
      const { ingest, telemetry } = makeFailing(async () => undefined as never);
      const { body, ...got } = await ingest(toEvent('GET', path));
      expect(body).not.toBe('');
      expect(await ingest(toEvent('HEAD', path))).toEqual({ ...got, body: '' });
      expect(telemetry.notes.map(({ fields }) => fields?.method)).toEqual(['GET', 'HEAD']);
    },
  );

  test('is not there where GET is not', async () => {
    const { ingest } = makeFailing(async () => undefined as never);
    expect(await ingest(toEvent('HEAD', '/v1/messages'))).toMatchObject({
      statusCode: 405,
      headers: { allow: 'POST' },
      body: '',
    });
  });
});

describe('a body that is too long', () => {
  test('H10 is not said to have a length, of which a carrier may have kept back a part', async () => {
    const { ingest } = makeFailing(async () => undefined as never);
    const headers = { 'idempotency-key': 'k' };
    const answer = await ingest(toEvent('POST', '/v1/messages', { headers, body: ' '.repeat(6_300_000) }));
    expect(JSON.parse(answer.body)).toMatchObject({
      code: 'PAYLOAD_TOO_LARGE',
      detail: 'The body has more than 6291456 bytes, the most that is taken here; send it in parts.',
    });
  });
});

describe('a request', () => {
  test('is noted by its operation, never by its path', async () => {
    const { ingest, telemetry, clock } = makeFailing(async () => {
      await clock.advanceTo(epochMs(7));
      return undefined as never;
    });
    await ingest(toEvent('GET', '/v1/messages/jane@example.com'));
    expect(telemetry.notes).toEqual([
      {
        level: 'info',
        event: 'request',
        fields: {
          requestId: 'req-1',
          method: 'GET',
          operation: 'getMessage',
          status: 404,
          code: 'NOT_FOUND',
          durationMs: 7,
        },
      },
    ]);
  });

  test('is answered before Lambda would end it', async () => {
    const { ingest } = makeFailing(() => new Promise(() => undefined));
    const context = { getRemainingTimeInMillis: () => 260 } as never;
    expect(await ingest(toEvent('GET', '/v1/status'), context)).toMatchObject({
      statusCode: 503,
      headers: { 'retry-after': '1', 'x-request-id': 'req-1' },
    });
  });

  test('leaves the event alone, and the path parameters that a gateway found', async () => {
    const { ingest } = makeFailing(async () => undefined as never);
    const event = Object.freeze({
      ...toEvent('GET', '/v1/messages/mine'),
      pathParameters: Object.freeze({ key: 'other', proxy: 'v1' }),
    });
    const answer = await ingest(event as APIGatewayProxyEventV2);
    expect(JSON.parse(answer.body).detail).toContain('"mine"');
  });

  test.each([
    ['nothing', {}],
    ['no context', { requestContext: undefined }],
    ['no method', { requestContext: { http: { path: '/healthz' } } }],
    ['no headers', { headers: undefined, rawQueryString: undefined }],
    ['another version', { version: '1.0' }],
  ])('with %s gets an answer', async (what, event) => {
    const { ingest } = makeFailing(async () => undefined as never);
    const base = what === 'nothing' ? {} : toEvent('GET', '/healthz');
    const { statusCode, headers } = await ingest({ ...base, ...event } as APIGatewayProxyEventV2);
    expect(statusCode).toBe(what === 'no headers' ? 200 : 500);
    expect(headers['x-request-id']).toBeDefined();
  });
});
