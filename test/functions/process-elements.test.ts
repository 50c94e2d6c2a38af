import { number, object } from 'valibot';
import { describe, expect, it } from 'vitest';
import { defineConnectedProcess, defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';
import { boundedOutOfOrderness } from '../../shared/core/process/watermark/strategy.ts';
import { tumbling } from '../../shared/core/process/window/assigner.ts';
import { collect } from '../../shared/core/process/window/contents.ts';
import { defineWindowedProcess } from '../../shared/core/process/window/windowed.ts';
import { makeProcessApi } from '../support/process-api.ts';
import { WORLD_START } from '../support/world.ts';

const watermark = boundedOutOfOrderness(0);
const numbers = object({ n: number() });

const events = defineProcess({
  name: 'events',
  element: numbers,
  watermark,
  allowedLatenessMs: 1_000,
  output: output<number>({ target: 'push' }),
  sideOutputs: { future: output<{ n: number }>({ target: 'push' }), late: output<{ n: number }>({ target: 'push' }) },
  onElement: ({ n }, { emit }) => {
    if (n === 0) throw new Error('not this one');
    emit(n);
  },
});

const untimed = defineProcess({ name: 'untimed', element: numbers, onElement: () => undefined });

const windows = defineWindowedProcess({
  name: 'windows',
  element: numbers,
  windows: tumbling(1_000),
  contents: collect<{ n: number }>(),
  result: (all) => all.length,
});

const ruled = defineConnectedProcess({
  name: 'ruled',
  inputs: { main: numbers },
  watermark,
  broadcast: {
    element: numbers,
    state: { rule: valueState<number>() },
    onElement: ({ n }, { state }) => state.rule.set(n),
  },
  onElement: { main: () => undefined },
});

const at = (ms: number): string => new Date(WORLD_START + ms).toISOString();

const makeApi = () => {
  const api = makeProcessApi([events, untimed, windows, ruled]);
  const post = (name: string, body: unknown) => api.request('POST', `/v1/processes/${name}/elements`, { body });
  return { ...api, post };
};

const ELEMENT = { key: 'a', value: { n: 1 }, timestamp: at(0) };

describe('K1 an element of a process in event time', () => {
  it.each([
    ['without a timestamp', undefined, 'NO_TIMESTAMP'],
    ['with NaN', 'NaN', 'INVALID_INSTANT'],
    ['with a number', WORLD_START, 'INVALID_INSTANT'],
    ['from before 1970', '1969-12-31T23:59:59Z', 'INVALID_INSTANT'],
    ['with seconds for milliseconds', new Date(WORLD_START / 1000).toISOString(), 'INVALID_INSTANT'],
    ['with microseconds for milliseconds', new Date(WORLD_START * 1000).toISOString(), 'INVALID_INSTANT'],
    ['of the last year', '9999-12-31T23:59:59Z', 'INVALID_INSTANT'],
  ])('%s is refused, and among others alone', async (_, timestamp, code) => {
    const api = makeApi();
    const bad = { ...ELEMENT, timestamp };
    const refused = { status: 400, body: { code, errors: [{ code, pointer: '/timestamp' }] } };
    expect(await api.post('events', bad)).toMatchObject(refused);
    expect(await api.post('events', [bad, ELEMENT])).toMatchObject({
      status: 202,
      body: { accepted: 1, rejected: 1, errors: [{ index: 0, error: { code, pointer: '/timestamp' } }] },
    });
  });

  it('needs a timestamp for windows of event time, but not for a process without one, nor for what is broadcast', async () => {
    const api = makeApi();
    const { timestamp: _, ...bare } = ELEMENT;
    expect(await api.post('windows', bare)).toMatchObject({ status: 400, body: { code: 'NO_TIMESTAMP' } });
    expect(await api.post('untimed', bare)).toMatchObject({ status: 202 });
    expect(await api.post('ruled', bare)).toMatchObject({ status: 400, body: { code: 'NO_TIMESTAMP' } });
    expect(await api.post('ruled', { ...bare, input: 'broadcast' })).toMatchObject({ status: 202 });
  });

  it('that is far ahead goes to its side output, and moves no watermark', async () => {
    const api = makeApi();
    await api.post('events', [ELEMENT, { ...ELEMENT, value: { n: 7 }, timestamp: at(11 * 60_000) }]);
    await api.runUntil(api.clock.now() + 1_000);
    expect(api.bodies()).toEqual([1, { n: 7 }]);
    expect((await api.request('GET', '/v1/processes/events')).body.watermark).toBe(at(-1));
  });
});

it('P15 a broadcast input without a watermark holds event time back, is named, and is let go by a word', async () => {
  const api = makeApi();
  await api.post('ruled', { key: 'rules', input: 'broadcast', value: { n: 1 } });
  await api.post('ruled', ELEMENT);
  const view = async () => (await api.request('GET', '/v1/processes/ruled')).body;
  expect(await view()).toMatchObject({ watermark: null, waitsFor: ['broadcast'] });
  const body = { input: 'broadcast', watermark: '9998-12-31T23:59:59Z' };
  await api.request('POST', '/v1/processes/ruled/watermark', { body });
  expect(await view()).toMatchObject({ watermark: at(-1), waitsFor: [] });
});

it('K2 takes what is late, and puts it out there', async () => {
  const api = makeApi();
  await api.post('events', ELEMENT);
  const late = { ...ELEMENT, value: { n: 8 }, timestamp: at(-5_000) };
  expect((await api.post('events', late)).body).toEqual({ accepted: 1, duplicates: 0, rejected: 0, late: true });
  await api.runUntil(api.clock.now() + 1_000);
  expect(api.bodies()).toEqual([1, { n: 8 }]);
});

it('K2 says so where a window was over, and not of what was in time or came again', async () => {
  const api = makeApi();
  const element = (id: string, ms: number) => ({ key: 'a', id, value: { n: 1 }, timestamp: at(ms) });
  const counts = { accepted: 1, duplicates: 0, rejected: 0 };
  expect((await api.post('windows', element('first', 5_900))).body).toEqual(counts);
  expect((await api.post('windows', element('same', 5_100))).body).toEqual(counts);
  const both = [element('late', 10), element('new', 6_000)];
  expect((await api.post('windows', both)).body).toEqual({ ...counts, accepted: 2, late: true });
  expect((await api.post('windows', both)).body).toEqual({ ...counts, accepted: 0, duplicates: 2 });
});

it('P10 F51 the element of a key that is damaged is refused, and keeps no other element or event time out', async () => {
  const api = makeApi();
  await api.post('events', ELEMENT);
  const item = api.bareStore.items().find(({ sk }) => sk === 'ka');
  if (!item?.body) throw new Error('no key');
  const body = item.body.map((byte) => byte ^ 1);
  await api.bareStore.put({ ...item, body, version: item.version + 1 }, item.version);
  const next = { ...ELEMENT, timestamp: at(9_000) };
  const refused = { index: 0, error: { code: 'CORRUPT_SNAPSHOT' } };
  expect(await api.post('events', [next, { ...next, key: 'b' }])).toMatchObject({
    status: 202,
    body: { accepted: 1, rejected: 1, errors: [refused] },
  });
  expect(await api.post('events', next)).toMatchObject({ status: 500, body: { code: 'CORRUPT_SNAPSHOT' } });
  expect((await api.request('GET', '/v1/processes/events')).body.watermark).toBe(at(8_999));
});

describe('K4 a key', () => {
  it.each([
    ['that is empty', ''],
    ['of 257 bytes', 'x'.repeat(257)],
    ['that is a number', 1],
    ['that is null', null],
    ['with half a surrogate pair', '\ud800'],
  ])('%s is refused', async (_, key) => {
    const answer = await makeApi().post('events', { ...ELEMENT, key });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ pointer: '/key' }] } });
  });

  it('is its own text and no other: 1, "1" and 01 are three', async () => {
    const api = makeApi();
    const keys = ['1', '"1"', '01', ' 1'];
    await api.post(
      'untimed',
      keys.map((key) => ({ key, value: { n: 1 } })),
    );
    const { body } = await api.request('GET', '/v1/processes/untimed/keys');
    expect(body.items.map(({ key }: { key: string }) => key).sort()).toEqual([...keys].sort());
  });
});

it('K8 the element whose handler throws is refused without a word of what it threw', async () => {
  const api = makeApi();
  const answer = await api.post('events', { ...ELEMENT, value: { n: 0 } });
  expect(answer).toMatchObject({ status: 422, body: { code: 'HANDLER_FAILED' } });
  expect(JSON.stringify(answer)).not.toContain('not this one');
});

it('K11 a lower watermark is ignored, and counted', async () => {
  const api = makeApi();
  const say = (watermarkAt: number) =>
    api.request('POST', '/v1/processes/events/watermark', { body: { watermark: at(watermarkAt) } });
  expect((await say(1_000)).body).toEqual({ watermark: at(1_000), advanced: true });
  for (const again of [999, 1_000]) {
    expect(await say(again)).toEqual({ status: 202, body: { watermark: at(1_000), advanced: false } });
  }
  await api.during(api.runtimes[0]?.counters.flush() ?? Promise.resolve());
  expect((await api.request('GET', '/v1/processes/events')).body.counters.ignoredWatermarks).toBe(2);
});
