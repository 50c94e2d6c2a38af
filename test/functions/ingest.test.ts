import { describe, expect, test } from 'vitest';
import { MORNING, makeReadyApi } from '../support/api.ts';

describe('operations', () => {
  test('answer what the desks say', async () => {
    const api = await makeReadyApi();
    await api.request('PUT', '/v1/messages/driver-42', { body: MORNING });
    expect((await api.request('GET', '/v1/status')).body).toMatchObject({
      now: '2026-11-21T09:00:00.000Z',
      counts: { accepted: 1, pending: 1 },
      tzVersion: '2026c',
    });
    const query = 'from=2026-11-22T00:00:00Z&to=2026-11-22T00:01:00Z';
    expect((await api.request('GET', '/v1/buckets', { query })).body.items).toMatchObject([
      { bucket: '2026-11-22T00:00:00.000Z', entries: { scheduled: 1 } },
    ]);
    expect((await api.request('GET', '/v1/dead-letters', { query: 'target=push&limit=5' })).body).toEqual({
      items: [],
      next: null,
    });
    expect(await api.request('POST', '/v1/dead-letters/redrive', { body: { target: 'push' } })).toMatchObject({
      status: 202,
      body: { redriven: 0 },
    });
    expect((await api.request('GET', '/healthz')).body).toEqual({ status: 'ok', version: '0.0.0-test' });
    expect((await api.request('GET', '/openapi.json')).body).toMatchObject({ openapi: '3.1.0' });
  });

  test('H5 take base64 of JSON', async () => {
    const api = await makeReadyApi();
    const body = Buffer.from(JSON.stringify(MORNING));
    expect((await api.request('PUT', '/v1/messages/driver-42', { body })).status).toBe(202);
  });
});
