import { check, number, object, pipe } from 'valibot';
import { describe, expect, test } from 'vitest';
import { sealJson } from '../../shared/app/sealed-text.ts';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { FinalOutcome } from '../../shared/ports/outcome-bus.ts';
import { put } from '../app/calls.ts';
import { MORNING, makeApi, toEvent } from './api.ts';
import {
  CANARY,
  carryingJson,
  SECRET_CANARY,
  takeLeaks,
  watchAsSecret,
  watchForSecrets,
  watchOutcomes,
  watchText,
} from './canary.ts';
import { carryingProcess } from './carrying-process.ts';
import { element, makeProcessWorld } from './process-world.ts';
import { makeWorld, WORLD_START } from './world.ts';

const ENCODED = Buffer.from(SECRET_CANARY).toString('base64');
const KEY = { table: 'control', pk: 'dead#1', sk: 's', version: 1 } as const;

describe('P23 the canary', () => {
  test.each<[string, (world: ReturnType<typeof makeWorld>) => unknown]>([
    ['a note', ({ telemetry }) => telemetry.note('info', 'x', { detail: `got ${CANARY}` })],
    ['a metric', ({ telemetry }) => telemetry.count('sent', 1, CANARY)],
    ['a hint', ({ queue }) => queue.send([{ body: CANARY, delaySeconds: 0 }])],
    ['a key of the store', ({ store }) => store.put({ ...KEY, sk: CANARY }, 'any')],
    ['a cursor', ({ store }) => store.put({ ...KEY, pk: 'cursor', doc: ENCODED }, 'any')],
    ['an entry beside its body', ({ store }) => store.putMany([{ ...KEY, pk: 'send#1#0', doc: CANARY }])],
    [
      'the reason of a dead letter',
      ({ store }) => store.put({ ...KEY, doc: sealJson(KEY, { reason: CANARY }) }, 'any'),
    ],
  ])('is found in %s', async (_, leak) => {
    await leak(makeWorld());
    expect(takeLeaks()).toHaveLength(1);
  });

  test('is found in an event of the bus of outcomes', async () => {
    const outcome = {
      kind: 'dead',
      id: 'msg_1',
      target: 'push',
      reason: CANARY,
      attempts: 1,
    } as unknown as FinalOutcome;
    await watchOutcomes({ publish: async () => 0 })?.publish([outcome]);
    expect(takeLeaks()).toHaveLength(1);
  });

  test('is found in a text, encoded too, and so is a secret that was made at random', () => {
    const secret = Buffer.from('made at random by somebody').toString('base64');
    watchAsSecret(`whsec_${secret}`);
    for (const text of [CANARY, ENCODED, SECRET_CANARY, secret]) watchText('a line', `x ${text} y`);
    watchForSecrets('an answer', `${CANARY} ${ENCODED}`);
    watchText('a line', 'nothing');
    expect(takeLeaks().length).toBe(5);
  });

  test('is in the payload, the headers and the secret of what is delivered', async () => {
    const seen: string[] = [];
    const world = makeWorld({
      answer: ({ payload, headers }, _at, target) => {
        seen.push(new TextDecoder().decode(payload), JSON.stringify(headers), JSON.stringify(target));
        return { kind: 'sent' };
      },
    });
    await put(world, 'k', { target: 'push', dueAt: epochMs(WORLD_START + 60_000), payload: '{"n":1}' });
    await world.runUntil(WORLD_START + 120_000);
    expect(seen.map((text) => text.includes(CANARY))).toEqual([true, true, true]);
    expect(seen[2]).toContain(SECRET_CANARY);
    expect(world.arrivals.map(({ body }) => body)).toEqual(['{"n":1}']);
  });

  test('is in what processes are fed and put out, and in what their handlers and schemas throw', async () => {
    const raw: unknown[] = [];
    const puts: string[] = [];
    const taker = defineProcess({
      name: 'taker',
      element: pipe(
        object({ n: number() }),
        check(({ n }) => {
          if (n === 0) throw new Error('no zero');
          return true;
        }),
      ),
      output: output<{ n: number }>({ target: 'push' }),
      onElement: (value, { emit }) => {
        raw.push(value);
        if (value.n < 0) throw new Error('no negative numbers');
        emit(value);
      },
    });
    const world = makeProcessWorld({
      processes: [taker],
      answer: ({ payload }) => {
        puts.push(new TextDecoder().decode(payload));
        return { kind: 'sent' };
      },
    });
    const fates = await world.submit(
      'taker',
      [1, 0, -1].map((n) => element('a', { n })),
    );
    expect(fates.map(({ kind }) => kind)).toEqual(['accepted', 'refused', 'failed']);
    await world.runUntil(WORLD_START + 60_000);
    expect(puts).toEqual([`{"n":1,"canary":"${CANARY}"}`]);
    expect(world.bodies()).toEqual([{ n: 1 }]);
    expect(JSON.stringify(raw)).not.toContain(CANARY);
    expect(takeLeaks()).toEqual([]);
    const spoilt = carryingProcess(taker).inputs.main;
    expect(() => spoilt?.onElement({ n: -1 }, {} as never)).toThrow(`no negative numbers of ${CANARY}`);
    expect(() => spoilt?.element['~standard'].validate({ n: 0 })).toThrow(`no zero of ${CANARY}`);
  });

  test('is in what the API gets, and in the secrets that it makes', async () => {
    const { body, headers } = toEvent('PUT', '/v1/messages/k', { body: MORNING });
    expect([body, headers['x-canary']]).toEqual([expect.stringContaining(CANARY), CANARY]);
    const api = makeApi();
    const target = { kind: 'http', url: 'https://push.example.com/' };
    expect((await api.request('PUT', '/v1/targets/hook', { body: target })).body.signingSecret).toContain(ENCODED);
    expect((await api.request('GET', '/v1/targets/hook')).status).toBe(200);
    expect(takeLeaks()).toEqual([]);
  });

  test.each([
    ['{"payload":{"n":1}}', `{"payload":{"canary":"${CANARY}","n":1}}`],
    ['{"payload":{ }}', `{"payload":{"canary":"${CANARY}" }}`],
    ['{"payload":[1]}', '{"payload":[1]}'],
    ['{"payload":{', '{"payload":{'],
  ])('comes into %s', (text, carrying) => {
    expect(carryingJson(text)).toBe(carrying);
  });
});
