import { object, optional, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { makeProcessApi } from '../support/process-api.ts';
import { WORLD_START } from '../support/world.ts';

const MINUTE = 60_000;

/** Sets the timer that its element asks for, and puts out the names of those that fire. */
const alarm = defineProcess({
  name: 'alarm',
  element: object({ set: optional(string()) }),
  output: output<string>({ target: 'push' }),
  limits: { timersPerKey: 1 },
  onElement: ({ set }, { now, timers }) => {
    if (set === 'plain') timers.processing.set(now + MINUTE);
    else if (set === 'every') timers.processing.every('beat', MINUTE, now + MINUTE);
    else timers.processing.setNamed('once a day', now + MINUTE);
  },
  onTimer: (_, { emit, timer }) => emit(timer?.name ?? 'plain'),
});

const iso = (ms: number): string => new Date(WORLD_START + ms).toISOString();

const makeAlarm = async (set?: string) => {
  const api = makeProcessApi([alarm]);
  const keys = '/v1/processes/alarm/keys';
  const timer = async (method: 'PUT' | 'DELETE', id: string, timestamp?: string, key = 'a') =>
    api.request(method, `${keys}/${key}/timers/${id}`, timestamp ? { body: { timestamp } } : {});
  const body = { key: 'a', value: set === undefined ? {} : { set } };
  await api.request('POST', '/v1/processes/alarm/elements', { body });
  const view = async () => (await api.request('GET', `${keys}/a`)).body;
  return { ...api, timer, view, id: (await view()).timers[0].id as string };
};

describe('a timer over the API', () => {
  it.each(['plain', 'once a day'])('moves: %s fires at its new instant, once', async (set) => {
    const api = await makeAlarm(set);
    const moved = await api.timer('PUT', api.id, iso(3 * MINUTE));
    expect(moved).toMatchObject({ status: 200, body: { key: 'a', timers: [{ timestamp: iso(3 * MINUTE) }] } });
    expect(moved.body).toEqual(await api.view());
    await api.runUntil(WORLD_START + 3 * MINUTE - 1_000);
    expect(api.bodies()).toEqual([]);
    await api.runUntil(WORLD_START + 10 * MINUTE);
    expect(api.bodies()).toEqual([set]);
  });

  it('moves by a call that is repeated, and is set again after it was deleted or has fired', async () => {
    const api = await makeAlarm();
    const first = await api.timer('PUT', api.id, iso(2 * MINUTE));
    expect((await api.timer('PUT', api.id, iso(2 * MINUTE))).body.timers).toEqual(first.body.timers);
    expect((await api.timer('DELETE', first.body.timers[0].id)).body.timers).toEqual([]);
    await api.timer('PUT', api.id, iso(3 * MINUTE));
    await api.runUntil(WORLD_START + 5 * MINUTE);
    expect(api.bodies()).toEqual(['once a day']);
    await api.timer('PUT', api.id, iso(0));
    await api.runUntil(WORLD_START + 7 * MINUTE);
    expect(api.bodies()).toEqual(['once a day', 'once a day']);
  });

  it('keeps its period when it moves', async () => {
    const api = await makeAlarm('every');
    const { body } = await api.timer('PUT', api.id, iso(10 * MINUTE));
    expect(body.timers).toMatchObject([{ name: 'beat', timestamp: iso(10 * MINUTE), everyMs: MINUTE }]);
    await api.runUntil(WORLD_START + 12 * MINUTE + 30_000);
    expect(api.bodies()).toEqual(['beat', 'beat', 'beat']);
  });

  it('is deleted once, and does not fire', async () => {
    const api = await makeAlarm();
    expect(await api.timer('DELETE', api.id)).toMatchObject({ status: 200, body: { timers: [] } });
    expect(await api.timer('DELETE', api.id)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    await api.runUntil(WORLD_START + 10 * MINUTE);
    expect(api.bodies()).toEqual([]);
  });

  it.each([
    ['no timer', 'rubbish', 'a', 400, 'INVALID_TIMER'],
    ['one of a key that is not there', 'processing:1', 'b', 404, 'NOT_FOUND'],
    ['one too many', 'processing:1', 'a', 422, 'TOO_MANY_TIMERS'],
  ])('is refused where the id names %s, and nothing changes', async (_, id, key, status, code) => {
    const api = await makeAlarm();
    const before = await api.view();
    expect(await api.timer('PUT', id, iso(MINUTE), key)).toMatchObject({ status, body: { code } });
    expect(await api.view()).toEqual(before);
  });
});
