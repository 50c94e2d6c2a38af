import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startApiServer } from '../../shared/local/api-server.ts';
import { type FakeApi, startFakeApi } from './fake-api.ts';
import { rawHttp, statusesOf } from './raw-http.ts';

let api: FakeApi;

beforeAll(async () => {
  api = await startFakeApi();
});

beforeEach(() => api.forget());

afterAll(() => api.close());

const post = (headers: string, body: string) =>
  `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\n${headers}\r\n\r\n${body}`;

describe('bulk lines', () => {
  const headers = { 'content-type': 'application/x-ndjson; charset=utf-8' };
  const body = () => ReadableStream.from([Buffer.from('{}\n'), Buffer.from('{}\n')]);

  test('are a stream where their length is not known', async () => {
    const response = await fetch(`${api.url}/v1/messages`, { method: 'POST', headers, body: body(), duplex: 'half' });
    expect(await response.json()).toEqual({ by: 'stream' });
    expect(api.streams).toEqual([6]);
  });

  test('are a stream where they are longer than an event can be', async () => {
    const long = Buffer.alloc(6 * 1024 * 1024 + 1, '\n');
    await fetch(`${api.url}/v1/messages`, { method: 'POST', headers, body: long });
    expect(api.streams).toEqual([long.length]);
    await fetch(`${api.url}/v1/messages`, { method: 'POST', headers, body: long.subarray(1) });
    expect(api.streams).toEqual([long.length]);
    expect(api.events).toHaveLength(1);
  });

  test.each([
    ['another path', '/v1/messages/x', 'POST'],
    ['a query', '/v1/messages?x=1', 'POST'],
    ['another method', '/v1/messages', 'PUT'],
  ])('of %s are an event', async (_name, path, method) => {
    await fetch(api.url + path, { method, headers, body: body(), duplex: 'half' });
    expect(api.streams).toEqual([]);
    expect(api.events).toHaveLength(1);
  });
});

describe('requests that are none', () => {
  test.each([
    [
      'H13: both Content-Length and Transfer-Encoding',
      post('Content-Length: 5\r\nTransfer-Encoding: chunked', '0\r\n\r\n'),
    ],
    ['H13: two lengths', post('Content-Length: 2\r\nContent-Length: 3', '{}')],
    ['H13: a length that is no number', post('Content-Length: 2x', '{}')],
    ['H13: a negative length', post('Content-Length: -2', '{}')],
    ['H13: bad chunks', post('Transfer-Encoding: chunked', 'zz\r\n{}\r\n0\r\n\r\n')],
    ['a header without a colon', 'GET / HTTP/1.1\r\nHost: localhost\r\nbroken\r\n\r\n'],
    ['a header name with a blank', 'GET / HTTP/1.1\r\nHost: localhost\r\nx y: 1\r\n\r\n'],
    ['no HTTP', 'hello\r\n\r\n'],
    ['another version', 'GET / HTTP/3.0\r\nHost: localhost\r\n\r\n'],
  ])('%s: 400, and the connection ends', async (_name, request) => {
    expect(statusesOf(await rawHttp(api.url, request))).toEqual([400]);
    expect(api.events).toEqual([]);
  });

  test('H13: a body shorter than its length, then the end: 400', async () => {
    const answers = await rawHttp(api.url, post('Content-Type: application/json\r\nContent-Length: 10', '{}'), {
      end: true,
    });
    expect(statusesOf(answers)).toEqual([400]);
    expect(api.events).toEqual([]);
  });

  test('H13: a body longer than its length: the rest is no request', async () => {
    const answers = await rawHttp(
      api.url,
      post('Content-Type: application/json\r\nContent-Length: 2', '{}smuggled\r\n\r\n'),
    );
    expect(statusesOf(answers)).toEqual([200, 400]);
    expect(api.last().body).toBe('{}');
  });

  test('H15: more headers than the parser holds: 431, as a problem', async () => {
    const answers = await rawHttp(api.url, `GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`);
    expect(statusesOf(answers)).toEqual([431]);
    expect(answers).toMatch(/content-type: application\/problem\+json/i);
    expect(JSON.parse(answers.slice(answers.indexOf('\r\n\r\n')))).toMatchObject({
      status: 431,
      code: 'HEADERS_TOO_LARGE',
    });
    expect(answers).toMatch(/x-request-id: [0-9a-f-]{36}/);
  });
});

const get = (target: string, host: string, more = '') => `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`;

const expectProblem = (answers: string, status: number, code: string): void => {
  expect(statusesOf(answers)).toEqual([status]);
  expect(answers).toMatch(/content-type: application\/problem\+json/i);
  expect(answers).toMatch(/x-request-id: [0-9a-f-]{36}/);
  expect(JSON.parse(answers.slice(answers.indexOf('\r\n\r\n')))).toMatchObject({ status, code });
};

const closing = 'Connection: close\r\n';

describe('the host of a request', () => {
  test.each(['127.0.0.1', '127.0.0.1:1', 'localhost', 'LocalHost:8787', '[::1]', '[::1]:80'])(
    'is ours as %s',
    async (host) => {
      expect(statusesOf(await rawHttp(api.url, get('/healthz', host, closing)))).toEqual([200]);
    },
  );

  test.each([
    'evil.example',
    'evil.example:8787',
    '127.0.0.1.evil.example',
    'localhost.',
    'localhost:1@evil.example',
    '127.0.0.2',
    '0.0.0.0',
    '127.0.0.1, evil.example',
    '',
  ])('is not ours as %j: a name that points here is refused (DNS rebinding)', async (host) => {
    expectProblem(await rawHttp(api.url, get('/v1/status', host, closing)), 421, 'MISDIRECTED_REQUEST');
    expect(api.events).toEqual([]);
  });

  test('may not be given twice, not even for a stream of lines', async () => {
    const twice = `POST /v1/messages HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${closing}Content-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`;
    expectProblem(await rawHttp(api.url, twice), 421, 'MISDIRECTED_REQUEST');
    expect(api.streams).toEqual([]);
  });

  test('must be given in HTTP/1.1', async () => {
    expectProblem(await rawHttp(api.url, `GET / HTTP/1.1\r\n${closing}\r\n`), 400, 'HOST_REQUIRED');
  });

  test.each([
    ['http://localhost/healthz', '/healthz', ''],
    ['HTTP://127.0.0.1:8787/v1/messages/a%2Fb?x=http://y/', '/v1/messages/a%2Fb', 'x=http://y/'],
    ['http://localhost', '/', ''],
    ['http://localhost?x=1', '/', 'x=1'],
  ])('may stand in the target: %s', async (target, path, query) => {
    expect(statusesOf(await rawHttp(api.url, get(target, 'localhost', closing)))).toEqual([200]);
    expect(api.last()).toMatchObject({ rawPath: path, rawQueryString: query, requestContext: { http: { path } } });
  });

  test('is refused in the target too', async () => {
    const answers = await rawHttp(api.url, get('http://evil.example/healthz', 'localhost', closing));
    expectProblem(answers, 421, 'MISDIRECTED_REQUEST');
    expect(api.events).toEqual([]);
  });
});

describe('odd requests', () => {
  test('H24: Expect: 100-continue', async () => {
    const head = 'Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close';
    expect(statusesOf(await rawHttp(api.url, post(head, '{}')))).toEqual([100, 200]);
  });

  test('H24: an expectation that nobody can meet', async () => {
    const answers = await rawHttp(api.url, post('Content-Length: 2\r\nExpect: tea\r\nConnection: close', '{}'));
    expectProblem(answers, 417, 'EXPECTATION_FAILED');
    expect(api.events).toEqual([]);
  });

  test('H24: CONNECT is answered, behind what came before it, and ends', async () => {
    const connect = 'CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n';
    expectProblem(await rawHttp(api.url, connect), 501, 'NOT_IMPLEMENTED');
    expect(statusesOf(await rawHttp(api.url, `${get('/1', 'localhost')}${connect}`))).toEqual([200, 501]);
  });

  test('HEAD is answered without a body and without its length, and the connection goes on', async () => {
    const head = 'HEAD /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n';
    const answers = await rawHttp(api.url, head + get('/2', 'localhost', 'Connection: close\r\n'));
    expect(statusesOf(answers)).toEqual([200, 200]);
    const [first = ''] = answers.split('HTTP/1.1 200 OK').slice(1);
    expect(first).toMatch(/content-type: application\/json/);
    expect(first).not.toMatch(/content-length|transfer-encoding/i);
    expect(first.endsWith('\r\n\r\n')).toBe(true);
    expect(api.events[0]?.requestContext.http.method).toBe('HEAD');
  });

  test('H24: HTTP/1.0', async () => {
    expect(statusesOf(await rawHttp(api.url, 'GET /v1/status HTTP/1.0\r\n\r\n'))).toEqual([200]);
    expect(api.last().requestContext.http.protocol).toBe('HTTP/1.0');
  });

  test('H24: an upgrade is not made, the request counts', async () => {
    const answers = await rawHttp(
      api.url,
      'GET /v1/status HTTP/1.1\r\nHost: localhost\r\nConnection: close, upgrade\r\nUpgrade: websocket\r\n\r\n',
    );
    expect(statusesOf(answers)).toEqual([200]);
  });

  test('several requests on one connection are answered in their order', async () => {
    const request = (n: number, more = '') => `GET /${n} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;
    const answers = await rawHttp(api.url, request(1) + request(2) + request(3, 'Connection: close\r\n'));
    expect(statusesOf(answers)).toEqual([200, 200, 200]);
    expect(api.events.map(({ rawPath }) => rawPath)).toEqual(['/1', '/2', '/3']);
  });

  test.each(['https://evil.example', 'null', 'http://127.0.0.1.evil.example', 'http://localhost:1@evil.example'])(
    'a web page of %s may not use the API',
    async (origin) => {
      const response = await fetch(`${api.url}/v1/status`, { headers: { origin } });
      expect(response.status).toBe(403);
      expect(await response.json()).toMatchObject({ code: 'FOREIGN_ORIGIN' });
      expect(api.events).toEqual([]);
    },
  );

  test.each(['http://127.0.0.1:3000', 'http://localhost'])('a web page of %s may', async (origin) => {
    expect((await fetch(`${api.url}/v1/status`, { headers: { origin } })).status).toBe(200);
  });

  test('a function that throws ends the connection, not the server', async () => {
    const failing = await startApiServer(
      { ingest: () => Promise.reject(new Error('broken')), bulkStream: () => Promise.reject(new Error('broken')) },
      0,
    );
    await expect(fetch(`http://127.0.0.1:${failing.port}/x`)).rejects.toThrow();
    await expect(fetch(`http://127.0.0.1:${failing.port}/x`)).rejects.toThrow();
    await failing.close(0);
  });
});
