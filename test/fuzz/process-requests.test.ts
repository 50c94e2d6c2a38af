import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { API_KEY_HEADER, makeAuthorize } from '../../functions/authorize/authorize.ts';
import { makeProcessApi } from '../support/process-api.ts';
import { hostileText } from './hostile.ts';
import { CAST, LEADERS } from './process-cast.ts';
import { SEED } from './seed.ts';

const MAX_PROBLEM_BYTES = 2_048;

const METHODS = ['GET', 'PUT', 'POST', 'DELETE', 'PATCH', '__proto__'] as const;
const TIMER = 'processing:1795219260000:soon';
const PATHS = [
  '/v1/processes',
  '/v1/processes/first',
  '/v1/processes/first/elements',
  '/v1/processes/first/watermark',
  '/v1/processes/first/keys',
  '/v1/processes/first/keys/a',
  `/v1/processes/first/keys/a/timers/${TIMER}`,
  '/v1/processes/constructor/elements',
];
const ELEMENT = '{"key":"a","id":"e1","timestamp":"2026-11-23T08:00:30Z","value":{"n":1}}';
const BODIES = [ELEMENT, `[${ELEMENT},{"key":"b"}]`, '{"watermark":"2026-11-23T09:00:00Z"}', '{"end":true}'];
const TIMERS = ['{"timestamp":"2026-11-23T09:00:00Z"}'];
const TYPES = ['application/json', 'application/x-ndjson'];
const QUERIES = ['', 'limit=2', 'cursor=eyJwYXJ0aXRpb24iOjMsImFmdGVyIjoiYSJ9'];

const request = fc.record({
  method: fc.constantFrom(...METHODS),
  path: fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...PATHS) },
    { weight: 1, arbitrary: hostileText(PATHS).map((path) => (path.startsWith('/') ? path : `/${path}`)) },
  ),
  query: hostileText(QUERIES),
  body: fc.option(hostileText([...BODIES, ...TIMERS]), { nil: undefined }),
  type: hostileText(TYPES),
});

/** An API of processes whose cursors are there, and one key of each. */
const makeReady = async () => {
  const api = makeProcessApi(CAST);
  for (const name of LEADERS) await api.request('POST', `/v1/processes/${name}/elements`, { body: ELEMENT });
  const kept = (): string => JSON.stringify(api.store.items().map(({ pk, sk, version }) => [pk, sk, version]));
  return { ...api, kept };
};

test('answers any request to processes with what the document says, and stores nothing where it refuses', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ method, path, query, body, type }) => {
      const api = await makeReady();
      const before = api.kept();
      const sent = { query, headers: { 'content-type': type }, ...(body === undefined ? {} : { event: { body } }) };
      const { status, body: answer } = await api.request(method, path, sent);
      expect(status, `${method} ${path}`).toBeLessThan(500);
      if (status < 400) return;
      expect(api.kept()).toBe(before);
      expect(Buffer.byteLength(JSON.stringify(answer))).toBeLessThanOrEqual(MAX_PROBLEM_BYTES);
    }),
    { seed: SEED, numRuns: 300 },
  );
});

const KEY = 'an API key that somebody has';
const authorize = makeAuthorize({ shop: createHash('sha256').update(KEY).digest('hex') });

test('lets in whoever has a key, and nobody with anything else in its place', async () => {
  expect(await authorize({ headers: { [API_KEY_HEADER]: KEY } })).toEqual({
    isAuthorized: true,
    context: { key: 'shop' },
  });
  await fc.assert(
    fc.asyncProperty(
      hostileText([KEY]),
      fc.constantFrom(API_KEY_HEADER, 'X-Api-Key', '__proto__'),
      async (text, name) => {
        const headers = Object.fromEntries([[name, text]]);
        const isRight = text === KEY && name === API_KEY_HEADER;
        expect((await authorize({ headers })).isAuthorized).toBe(isRight);
      },
    ),
    { seed: SEED, numRuns: 300 },
  );
});

test('lets nobody in by an event that no gateway sends, whatever becomes of the call', async () => {
  const odd = fc.oneof(
    fc.record({ headers: fc.anything() }),
    fc.record({ headers: fc.record({ [API_KEY_HEADER]: fc.anything({ maxDepth: 1 }) }) }),
  );
  await fc.assert(
    fc.asyncProperty(odd, async (event) => {
      const verdict = await authorize(event as Parameters<typeof authorize>[0]).catch(() => 'no answer' as const);
      expect(verdict === 'no answer' || !verdict.isAuthorized).toBe(true);
    }),
    { seed: SEED, numRuns: 300 },
  );
});
