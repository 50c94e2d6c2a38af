import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { rawHttp } from './raw-http.ts';

let api: FakeApi;

beforeAll(async () => {
  api = await startFakeApi();
});

beforeEach(() => api.forget());

afterAll(() => api.close());

describe('events', () => {
  test('carry what API Gateway puts into them', async () => {
    const response = await fetch(`${api.url}/v1/messages/a%2Fb%20c?limit=1&x=%C3%A9&x=2`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', 'X-Team': 'growth', 'user-agent': 'test' },
      body: '{"text":"é"}',
    });
    expect(await response.json()).toEqual({ by: 'ingest' });
    expect(api.last()).toMatchObject({
      version: '2.0',
      routeKey: '$default',
      rawPath: '/v1/messages/a%2Fb%20c',
      rawQueryString: 'limit=1&x=%C3%A9&x=2',
      queryStringParameters: { limit: '1', x: 'é,2' },
      headers: { 'content-type': 'application/json', 'x-team': 'growth' },
      body: '{"text":"é"}',
      isBase64Encoded: false,
      requestContext: {
        http: { method: 'PUT', path: '/v1/messages/a%2Fb%20c', protocol: 'HTTP/1.1', userAgent: 'test' },
        requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        stage: '$default',
      },
    });
  });

  test('have no body where there is none', async () => {
    await fetch(`${api.url}/v1/status`);
    expect(api.last()).not.toHaveProperty('body');
    expect(api.last()).not.toHaveProperty('queryStringParameters');
    expect(api.last()).toMatchObject({ rawQueryString: '', isBase64Encoded: false });
  });

  test.each([
    ['H4: no UTF-8', 'application/json', Buffer.from([0x7b, 0xff, 0x7d])],
    ['another type', 'application/x-ndjson', Buffer.from('{}\n')],
    ['no type', '', Buffer.from('{}')],
  ])('carry a body as base64: %s', async (_name, type, bytes) => {
    await fetch(`${api.url}/v1/messages`, { method: 'POST', headers: { 'content-type': type }, body: bytes });
    expect(api.last().isBase64Encoded).toBe(true);
    expect(Buffer.from(api.last().body ?? '', 'base64')).toEqual(bytes);
  });

  test('join headers that come twice', async () => {
    await rawHttp(
      api.url,
      'GET /x HTTP/1.1\r\nHost: localhost\r\nIdempotency-Key: a\r\nidempotency-key: b\r\nConnection: close\r\n\r\n',
    );
    expect(api.last().headers['idempotency-key']).toBe('a, b');
  });

  test('I4: names that every object has are names like others', async () => {
    const names = 'constructor=1&__proto__=2&toString=3';
    await rawHttp(
      api.url,
      `GET /x?${names} HTTP/1.1\r\nHost: localhost\r\n__proto__: y\r\nconstructor: z\r\nConnection: close\r\n\r\n`,
    );
    const { queryStringParameters = {}, headers } = api.last();
    expect(Object.entries(queryStringParameters)).toEqual([
      ['constructor', '1'],
      ['__proto__', '2'],
      ['toString', '3'],
    ]);
    expect(Object.keys(headers)).toContain('constructor');
    expect(({} as { y?: unknown }).y).toBeUndefined();
  });

  test('H10: of a body that is too long carry just enough to be refused for it', async () => {
    const body = Buffer.alloc(20 * 1024 * 1024, ' ');
    await fetch(`${api.url}/v1/messages`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    const { length } = api.last().body ?? '';
    expect(length).toBeGreaterThan(6 * 1024 * 1024);
    expect(length).toBeLessThan(7 * 1024 * 1024);
  });
});
