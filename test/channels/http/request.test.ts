import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import { verifyWebhook } from '../../../shared/channels/standard-webhooks.ts';
import type { SigningSecret, Target } from '../../../shared/core/delivery/target.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import type { Delivery } from '../../../shared/ports/channel.ts';
import { CANARY_HEADERS } from '../../support/canary.ts';
import {
  deliveryOf,
  LOOPBACK,
  outcomesOf,
  type Receiver,
  receive,
  SECRET,
  type Seen,
  seen,
  targetOf,
} from './receiver.ts';

const NEXT_SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const NOW = epochMs(Date.UTC(2026, 10, 22, 9, 0, 1, 234));

let receiver: Receiver;
let requests: Seen[];
let channel: HttpChannel;
let now = NOW;

beforeAll(async () => {
  receiver = await receive(async (request, answer) => {
    requests.push(await seen(request));
    answer.end('thanks');
  });
});
afterAll(() => receiver.close());
beforeEach(() => {
  requests = [];
  now = NOW;
  channel = makeHttpChannel({ clock: { now: () => now, sleepUntil: () => Promise.resolve() }, allow: LOOPBACK });
});
afterEach(() => channel.close());

const sent = async (delivery: Delivery, target: Target = targetOf(receiver.url)): Promise<Seen> => {
  const outcomes = await outcomesOf(channel, target, [delivery]);
  expect(outcomes).toEqual([{ kind: 'sent', status: 200 }]);
  return requests.at(-1) as Seen;
};

const withSecrets = (secrets: readonly SigningSecret[]): Target =>
  targetOf(receiver.url, { destination: { kind: 'http', url: receiver.url, secrets } });

describe('a request', () => {
  it('has exactly the headers that API.md promises', async () => {
    const { raw, path } = await sent(deliveryOf('msg_1', { key: 'driver-42', attempt: 3, traceparent: '00-ab-cd-01' }));
    const headers = Object.fromEntries(raw.flatMap((name, n) => (n % 2 === 0 ? [[name, raw[n + 1]]] : [])));
    expect(path).toBe('/hook');
    expect(headers).toEqual({
      host: `127.0.0.1:${receiver.port}`,
      connection: 'keep-alive',
      'content-type': 'application/json',
      'content-length': '45',
      'accept-encoding': 'identity',
      'user-agent': 'meridian',
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(NOW / 1000)),
      'webhook-signature': expect.stringMatching(/^v1,[A-Za-z0-9+/]{43}=$/),
      'idempotency-key': 'msg_1',
      'meridian-due-at': '2026-11-22T09:00:00.000Z',
      'meridian-attempt': '3',
      'meridian-key': 'driver-42',
      traceparent: '00-ab-cd-01',
      ...CANARY_HEADERS,
    });
    expect(raw.length).toBe(Object.keys(headers).length * 2);
  });

  it('leaves out the key and the trace where there is none', async () => {
    const { headers } = await sent(deliveryOf('msg_1'));
    expect(headers).not.toHaveProperty('meridian-key');
    expect(headers).not.toHaveProperty('traceparent');
  });

  it('keeps the path and query of the URL', async () => {
    const url = receiver.url.replace('/hook', '/a%20b/c?d=e&f=%C3%A9&g');
    expect((await sent(deliveryOf('msg_1'), targetOf(url))).path).toBe('/a%20b/c?d=e&f=%C3%A9&g');
  });

  it.each([
    ['é', '%C3%A9'],
    ['a b%', 'a%20b%25'],
    ['x\r\nX-Evil: 1', 'x%0D%0AX-Evil:%201'],
    ['日本 😀', '%E6%97%A5%E6%9C%AC%20%F0%9F%98%80'],
  ])('percent-encodes the key %j', async (key, header) => {
    const { headers } = await sent(deliveryOf('msg_1', { key }));
    expect(headers['meridian-key']).toBe(header);
    expect(headers).not.toHaveProperty('x-evil');
  });

  it('adds the headers of the target and the message; the message wins, ours win over both', async () => {
    const target = targetOf(receiver.url, { headers: { 'X-Team': 'growth', 'x-a': 'target', 'user-agent': 'acme/1' } });
    const { headers, raw } = await sent(
      deliveryOf('msg_1', { headers: { 'X-A': 'message', 'Content-Type': 'text/plain' } }),
      target,
    );
    expect(headers).toMatchObject({
      'x-team': 'growth',
      'x-a': 'message',
      'user-agent': 'acme/1',
      'content-type': 'application/json',
    });
    expect(raw.filter((name) => name.toLowerCase() === 'x-a')).toHaveLength(1);
    expect((await sent(deliveryOf('msg_2'), target)).headers).toMatchObject({ 'x-a': 'target' });
  });

  it.each([
    ['I8: control and non-characters', '{"a":"\\u0000\uFFFE\uFFFF"}'],
    ['I9: marks of direction and zero width', '{"a":"\u202E\u200B\u0301\u0301"}'],
    ['I11: order, white space and double keys', '{ "b":1,\r\n\t"a":2 , "a":3,"__proto__":{} }'],
    ['text beyond the first plane', '"😀𝒳"'],
    ['a byte-order mark', '\uFEFF{}'],
  ])('P22: delivers %s byte for byte', async (_name, text) => {
    const payload = Buffer.from(text);
    const { body } = await sent(deliveryOf('msg_1', { payload }));
    expect(body.equals(payload)).toBe(true);
  });

  it('delivers bytes that are no text, from the middle of a buffer', async () => {
    const all = Uint8Array.from({ length: 600 }, (_, n) => n % 256);
    const { body } = await sent(deliveryOf('msg_1', { payload: all.subarray(100, 500) }));
    expect(body.equals(all.subarray(100, 500))).toBe(true);
  });

  it('delivers an empty body and one of a megabyte', async () => {
    expect((await sent(deliveryOf('msg_1', { payload: new Uint8Array(0) }))).headers['content-length']).toBe('0');
    const payload = Buffer.alloc(1 << 20, 'x');
    expect((await sent(deliveryOf('msg_1', { payload }))).body.equals(payload)).toBe(true);
  });

  it('P4: carries one id on every attempt, and the time and number of the attempt', async () => {
    const first = await sent(deliveryOf('msg_1'));
    now = epochMs(NOW + 60_000);
    const second = await sent(deliveryOf('msg_1', { attempt: 2 }));
    for (const name of ['webhook-id', 'idempotency-key', 'meridian-due-at'])
      expect(second.headers[name]).toBe(first.headers[name]);
    expect(second.headers['meridian-attempt']).toBe('2');
    expect(Number(second.headers['webhook-timestamp']) - Number(first.headers['webhook-timestamp'])).toBe(60);
  });

  it('P22: is signed with every secret that is valid now', async () => {
    const rotation = withSecrets([{ secret: NEXT_SECRET }, { secret: SECRET, until: epochMs(NOW + 1000) }]);
    const during = await sent(deliveryOf('msg_1'), rotation);
    expect([NEXT_SECRET, SECRET].map((secret) => verifyWebhook([secret], during, { now }))).toEqual(['valid', 'valid']);
    now = epochMs(NOW + 1000);
    const after = await sent(deliveryOf('msg_1'), rotation);
    expect([NEXT_SECRET, SECRET].map((secret) => verifyWebhook([secret], after, { now }))).toEqual([
      'valid',
      'wrong-signature',
    ]);
  });

  const invalid = { kind: 'failed', reason: 'INVALID_REQUEST', retryable: false, effectPossible: false };
  it.each<[string, () => Target, Partial<Delivery>]>([
    ['no secret is left', () => withSecrets([{ secret: SECRET, until: NOW }]), {}],
    ['there is no secret', () => withSecrets([]), {}],
    ['a secret is malformed', () => withSecrets([{ secret: 'hunter2' }]), {}],
    ['the URL is malformed', () => targetOf('nonsense'), {}],
    ['the target is of another kind', () => targetOf('', { destination: { kind: 'none' } }), {}],
    ['a stored header is illegal', () => targetOf(receiver.url), { headers: { 'x-a': 'b\r\nx-evil: 1' } }],
    [
      'a stored header belongs to the connection',
      () => targetOf(receiver.url),
      { headers: { 'transfer-encoding': 'chunked' } },
    ],
    ['a stored id is illegal', () => targetOf(receiver.url), { messageId: 'msg_\n' }],
  ])('P22: is not sent where %s', async (_name, target, changes) => {
    const deliveries = [deliveryOf('msg_1', changes), deliveryOf('msg_2', changes)];
    expect(await outcomesOf(channel, target(), deliveries)).toEqual([invalid, invalid]);
    expect(requests).toEqual([]);
  });

  it('P10: is sent although its neighbours in the batch cannot be', async () => {
    const bad = { headers: { 'x-a': '\n' } };
    const deliveries = Array.from({ length: 2000 }, (_, n) => deliveryOf(`msg_${n}`, n % 100 === 0 ? {} : bad));
    const outcomes = await outcomesOf(channel, targetOf(receiver.url), deliveries);
    expect(outcomes.filter(({ kind }) => kind === 'sent')).toHaveLength(20);
    expect(requests.map(({ headers }) => headers['webhook-id']).sort()).toEqual(
      Array.from({ length: 20 }, (_, n) => `msg_${n * 100}`).sort(),
    );
  });
});
