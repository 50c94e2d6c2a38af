import { describe, expect, test } from 'vitest';
import { MORNING, makeReadyApi } from '../support/api.ts';

describe('a keyed message', () => {
  test('is accepted, moved, shown, explained and cancelled', async () => {
    const api = await makeReadyApi();
    const accepted = await api.request('PUT', '/v1/messages/driver-42', { body: MORNING });
    expect(accepted.status).toBe(202);
    expect(JSON.stringify(accepted.body)).toBe(
      JSON.stringify({
        key: 'driver-42',
        id: accepted.body.id,
        state: 'pending',
        dueAt: '2026-11-22T00:00:00.000Z',
        replaced: false,
        timeZone: 'Asia/Tokyo',
        local: '2026-11-22T09:00',
        tzVersion: '2026c',
      }),
    );
    expect((await api.request('PUT', '/v1/messages/driver-42', { body: MORNING })).body).toMatchObject({
      replaced: false,
      duplicate: true,
    });
    const moved = await api.request('PUT', '/v1/messages/driver-42', {
      body: { ...MORNING, local: '2026-11-23T09:00' },
    });
    expect(moved.body).toMatchObject({ replaced: true, dueAt: '2026-11-23T00:00:00.000Z' });
    for (const keyOrId of ['driver-42', moved.body.id]) {
      const { body } = await api.request('GET', `/v1/messages/${keyOrId}`);
      expect(body).toMatchObject({ key: 'driver-42', target: 'push', state: 'pending', attempts: 0 });
      expect((await api.request('GET', `/v1/messages/${keyOrId}/explain`)).body.decisions.length).toBeGreaterThan(0);
    }
    expect((await api.request('DELETE', '/v1/messages/driver-42')).body).toMatchObject({ state: 'cancelled' });
    expect((await api.request('DELETE', '/v1/messages/driver-42')).status).toBe(200);
    expect(await api.request('GET', '/v1/messages/nobody')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect((await api.request('GET', '/v1/messages/nobody/explain')).status).toBe(404);
    expect((await api.request('DELETE', '/v1/messages/msg_nobody')).status).toBe(404);
  });

  test.each([
    ['I2 case and Unicode form', ['a', 'A', 'é', 'e\u0301']],
    ['I4 names of objects', ['constructor', 'toString', '__proto__', 'hasOwnProperty']],
    ['I6 256 bytes', ['é'.repeat(128), `${'é'.repeat(127)}xy`, 'x'.repeat(256)]],
    ['percent-encoding', ['a/b', 'a%2Fb', '50%', 'a b', '?', '#', '+', 'a', '...', '\u202e']],
  ])('is one for each key: %s', async (_, keys) => {
    const api = await makeReadyApi();
    const ids = new Set<string>();
    for (const [minute, key] of keys.entries()) {
      const body = { target: 'push', delay: `PT${minute + 10}M`, payload: minute };
      ids.add((await api.request('PUT', `/v1/messages/${encodeURIComponent(key)}`, { body })).body.id);
    }
    expect(ids.size).toBe(keys.length);
    for (const key of keys) {
      expect((await api.request('GET', `/v1/messages/${encodeURIComponent(key)}`)).body.key).toBe(key);
    }
  });

  test('is found by a path that the gateway has decoded already, and never decoded twice', async () => {
    const api = await makeReadyApi({ paths: 'decoded' });
    const body = { target: 'push', delay: 'PT10M', payload: 1 };
    expect((await api.request('PUT', '/v1/messages/50%', { body })).body.key).toBe('50%');
    expect((await api.request('PUT', '/v1/messages/50%25', { body })).body.key).toBe('50%25');
    expect((await api.request('PUT', '/v1/messages/a/b', { body })).status).toBe(404);
  });

  test('lands on the same instant of its spread each time', async () => {
    const api = await makeReadyApi();
    const body = { ...MORNING, spread: 'PT10M' };
    const { dueAt } = (await api.request('PUT', '/v1/messages/driver-42', { body })).body;
    expect(dueAt > '2026-11-22T00:00:00.000Z' && dueAt < '2026-11-22T00:10:00.000Z').toBe(true);
    expect((await api.request('PUT', '/v1/messages/driver-42', { body })).body).toMatchObject({
      dueAt,
      duplicate: true,
    });
    expect((await api.request('PUT', '/v1/messages/driver-43', { body })).body.dueAt).not.toBe(dueAt);
  });

  test('D10 D12 D13 D14 takes the ends of what is allowed', async () => {
    const api = await makeReadyApi();
    const put = async (fields: object) => {
      const { status, body } = await api.request('PUT', '/v1/messages/k', {
        body: { target: 'push', payload: 1, ...fields },
      });
      return status === 202 ? body.dueAt : body.code;
    };
    expect(await put({ at: '2027-11-22T09:00:00Z' })).toBe('2027-11-22T09:00:00.000Z');
    expect(await put({ at: '2026-11-22T09:00:00.123456789+18:00' })).toBe('2026-11-21T15:00:00.123Z');
    expect(await put({ at: '2026-11-22T09:00:00Z', notAfter: '2026-11-22T09:00:00Z' })).toBe(
      '2026-11-22T09:00:00.000Z',
    );
    expect(await put({ delay: 'P366D' })).toBe('2027-11-22T09:00:00.000Z');
    expect(await put({ at: '2026-11-21T08:55:00Z' })).toBe('2026-11-21T09:00:00.000Z');
  });

  test('Z6 comes to the same by both names of a zone', async () => {
    const api = await makeReadyApi();
    for (const timeZone of ['Asia/Kolkata', 'asia/calcutta']) {
      const { body } = await api.request('PUT', `/v1/messages/${timeZone.length}`, { body: { ...MORNING, timeZone } });
      expect(body).toMatchObject({ timeZone: 'Asia/Kolkata', dueAt: '2026-11-22T03:30:00.000Z' });
    }
  });
});
