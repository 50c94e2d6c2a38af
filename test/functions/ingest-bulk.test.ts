import { describe, expect, test } from 'vitest';
import { plusMs } from '../../shared/core/time/epoch.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { API_START, makeReadyApi } from '../support/api.ts';

const LINES =
  '{"id":"u1","target":"push","at":"2026-11-22T00:00:00Z","payload":{"n":1}}\n{"id":"u2","target":"push","delay":"PT5M","payload":2}\n';
const bulk = (key: string, more: Record<string, string> = {}) => ({
  'idempotency-key': key,
  'content-type': 'application/x-ndjson',
  ...more,
});

describe('a bulk', () => {
  test('answers each message in its place, and the same again for the same call', async () => {
    const api = await makeReadyApi();
    const first = await api.request('POST', '/v1/messages', { headers: bulk('k'), body: LINES });
    const [one, two] = first.body.items;
    expect(first.status).toBe(202);
    expect(JSON.stringify(first.body)).toBe(
      JSON.stringify({
        accepted: 2,
        rejected: 0,
        items: [
          { id: one.id, ref: 'u1', dueAt: '2026-11-22T00:00:00.000Z' },
          { id: two.id, ref: 'u2', dueAt: '2026-11-21T09:05:00.000Z' },
        ],
      }),
    );
    const stored = api.stored();
    await api.clock.advanceTo(plusMs(API_START, 3_600_000));
    const again = await api.request('POST', '/v1/messages', { headers: bulk('k'), body: LINES });
    expect(again).toEqual({ ...first, headers: { ...first.headers, 'idempotency-replayed': 'true' } });
    expect(api.stored()).toBe(stored);
    const other = await api.request('POST', '/v1/messages', { headers: bulk('k'), body: `${LINES}${LINES}` });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(api.stored()).toBe(stored);
  });

  test.each([
    ['one object', 'application/json', LINES.split('\n')[0], 1],
    ['an array', 'application/json', `[${LINES.trim().replace('\n', ',')}]`, 2],
    ['an empty array', 'application/json; charset=UTF-8', ' [ ] ', 0],
    ['lines without an end', 'application/x-ndjson', LINES.trim(), 2],
    ['lines with blank ones and CRLF', 'Application/X-NDJSON', `\n\n${LINES.replaceAll('\n', '\r\n  \r\n')}\t\n`, 2],
    ['bytes', 'application/x-ndjson', Buffer.from(LINES), 2],
  ])('is %s', async (_, type, body, accepted) => {
    const api = await makeReadyApi();
    const answer = await api.request('POST', '/v1/messages', { headers: { ...bulk('k'), 'content-type': type }, body });
    expect(answer).toMatchObject({ status: 202, body: { accepted, rejected: 0 } });
    expect(answer.body.items).toHaveLength(accepted);
  });

  test('leaves the items out where that is preferred', async () => {
    const api = await makeReadyApi();
    const answer = await api.request('POST', '/v1/messages', {
      headers: bulk('k', { prefer: 'wait=5, return=minimal' }),
      body: LINES,
    });
    expect(answer.body).toEqual({ accepted: 2, rejected: 0 });
    expect(answer.headers).toMatchObject({ 'preference-applied': 'return=minimal' });
  });

  test('lets its messages be found and cancelled by id', async () => {
    const api = await makeReadyApi();
    const { items } = (await api.request('POST', '/v1/messages', { headers: bulk('k'), body: LINES })).body;
    expect((await api.request('GET', `/v1/messages/${items[1].id}`)).body).toMatchObject({
      ref: 'u2',
      state: 'pending',
    });
    expect((await api.request('DELETE', `/v1/messages/${items[0].id}`)).body).toMatchObject({ state: 'cancelled' });
  });

  test('can be repeated after the store failed, and comes to the same', async () => {
    let failing = true;
    const api = await makeReadyApi({
      store: {
        hook: (phase, call) => {
          if (failing && phase === 'before' && call === 'putMany') throw new StoreError('THROTTLED', 'too much');
        },
      },
    });
    const request = { headers: bulk('k'), body: LINES };
    const failed = await api.request('POST', '/v1/messages', request);
    expect(failed).toMatchObject({ status: 503, headers: { 'retry-after': '1' }, body: { code: 'STORE_THROTTLED' } });
    failing = false;
    await api.clock.advanceTo(plusMs(API_START, 60_000));
    expect((await api.request('POST', '/v1/messages', request)).body).toMatchObject({
      accepted: 2,
      items: [{ ref: 'u1' }, { ref: 'u2', dueAt: '2026-11-21T09:05:00.000Z' }],
    });
  });
});
