import { describe, expect, test } from 'vitest';
import { type Api, type ApiAnswer, type ApiRequest, makeApi } from '../support/api.ts';
import { badAddresses } from './ingest-bad-addresses.ts';
import { badEnvelopes } from './ingest-bad-envelopes.ts';
import { badMessages } from './ingest-bad-messages.ts';
import { SECRET } from './ingest-bad-request.ts';
import { badTargets } from './ingest-bad-targets.ts';

type Refusal = { readonly status: number; readonly code: string; readonly pointer?: string | undefined };

async function expectRefused(
  api: Api,
  send: () => Promise<ApiAnswer>,
  { status, code, pointer }: Refusal,
): Promise<ApiAnswer> {
  await api.addTarget();
  const before = api.stored();
  const answer = await send();
  expect({ status: answer.status, code: answer.body.code }).toEqual({ status, code });
  const pointers = answer.body.errors.map((error: { pointer: string }) => error.pointer);
  if (pointer !== undefined) expect(pointers).toContain(pointer);
  expect(api.stored()).toBe(before);
  expect(JSON.stringify([answer, api.telemetry.notes])).not.toContain(SECRET);
  return answer;
}

/** Of a bulk call its idempotency key may stay, and the place where ticks start. */
const messagesIn = (api: Api) => [api.store.items().filter(({ table }) => table !== 'control'), api.queue.hints()];

describe('bad input is refused with status, code and pointer, and nothing is stored or queued', () => {
  test.each([...badEnvelopes, ...badAddresses])(
    '$id $what: $method → $status $code',
    async ({ method, path, request, ...refusal }) => {
      const api = makeApi();
      const start = performance.now();
      const answer = await expectRefused(api, () => api.request(method, path, request), refusal);
      if (refusal.id === 'H8') expect(performance.now() - start).toBeLessThan(200);
      expect(answer.headers).toMatchObject(refusal.headers ?? {});
    },
  );

  test.each(badTargets)('$id target $body → $status $code', async ({ body, ...refusal }) => {
    const api = makeApi();
    await expectRefused(api, () => api.request('PUT', '/v1/targets/new', { body }), refusal);
  });

  const keyed: ApiRequest = { headers: { 'idempotency-key': 'k-1' } };
  const lines: ApiRequest = { headers: { ...keyed.headers, 'content-type': 'application/x-ndjson' } };

  test.each(badMessages.filter(({ bulkOnly }) => !bulkOnly))(
    '$id PUT $what → $status $code',
    async ({ text, ...refusal }) => {
      const api = makeApi();
      await expectRefused(api, () => api.request('PUT', '/v1/messages/driver-42', { body: text }), refusal);
    },
  );

  test.each(badMessages)('$id POST $what → $status $code', async ({ text, ...refusal }) => {
    const api = makeApi();
    await expectRefused(api, () => api.request('POST', '/v1/messages', { ...keyed, body: text }), refusal);
  });

  test.each(badMessages)('$id one of many $what → $code in its place', async ({ text, code, pointer }) => {
    const good = '{"id":"ok","target":"push","at":"2026-11-22T00:00:00Z","payload":{"n":1}}';
    for (const request of [
      { ...keyed, body: `[${text},${good}]` },
      { ...lines, body: `${text}\n${good}\n` },
    ]) {
      const api = makeApi();
      await api.addTarget();
      const { status, body } = await api.request('POST', '/v1/messages', request);
      expect(status).toBe(202);
      expect(body).toMatchObject({ accepted: 1, rejected: 1, items: [{ error: { code, pointer } }, { ref: 'ok' }] });
    }
  });

  test('a bulk of bad messages only stores none', async () => {
    const api = makeApi();
    await api.addTarget();
    const before = messagesIn(api);
    const body = badMessages.map(({ text }) => text).join('\n');
    expect(await api.request('POST', '/v1/messages', { ...lines, body })).toMatchObject({
      status: 202,
      body: { accepted: 0, rejected: badMessages.length },
    });
    expect(messagesIn(api)).toEqual(before);
  });
});
