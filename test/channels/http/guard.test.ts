import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import type { Resolve } from '../../../shared/channels/http/resolve.ts';
import type { Outcome } from '../../../shared/ports/channel.ts';
import {
  clock,
  deliveriesOf,
  outcomeOf,
  outcomesOf,
  type Receiver,
  receive,
  receiveTls,
  targetOf,
} from './receiver.ts';

const PUBLIC = '93.184.215.14';
const BLOCKED = { kind: 'failed', reason: 'TARGET_NOT_PUBLIC', retryable: true, effectPossible: false };
const NOT_FOUND = { kind: 'failed', reason: 'DNS', retryable: true, effectPossible: false };
const SENT = { kind: 'sent', status: 200 };

let receiver: Receiver;
let hosts: string[];
let channels: HttpChannel[];

beforeAll(async () => {
  receiver = await receive((request, answer) => {
    hosts.push(request.headers.host ?? '');
    answer.end();
  });
});
afterAll(() => receiver.close());
beforeEach(() => {
  hosts = [];
  channels = [];
});
afterEach(() => Promise.all(channels.map((channel) => channel.close())));

const channelWith = (allow: readonly string[], resolve: Resolve): HttpChannel => {
  const channel = makeHttpChannel({ clock, allow, resolve });
  channels.push(channel);
  return channel;
};

const neverAsked: Resolve = (hostname) => Promise.reject(new Error(`${hostname} was asked for`));
const answering =
  (...addresses: string[]): Resolve =>
  () =>
    Promise.resolve(addresses);

const attempt = (host: string, resolve: Resolve, allow: readonly string[] = []): Promise<Outcome> =>
  outcomeOf(channelWith(allow, resolve), targetOf(`http://${host}:${receiver.port}/hook`));

describe('P21: U6: a literal address', () => {
  it.each([
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f.1',
    '0177.0.0.1',
    '0.0.0.0',
    '0',
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::7f00:1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
    '[fd00::1]',
    '[fe80::1]',
    '169.254.169.254',
    '10.0.0.1',
    '100.64.0.1',
    '192.0.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
  ])('%s is not connected to', async (host) => {
    expect(await attempt(host, neverAsked)).toEqual(BLOCKED);
    expect(hosts).toEqual([]);
  });

  it('is connected to where the allow-list has it, by any spelling', async () => {
    expect(await attempt('2130706433', neverAsked, ['127.0.0.1'])).toEqual(SENT);
    expect(await attempt('127.0.0.1', neverAsked, ['127.0.0.0/8'])).toEqual(SENT);
    expect(await attempt('127.0.0.1', neverAsked, ['10.0.0.0/8', '::1'])).toEqual(BLOCKED);
  });
});

describe('P21: U5: U7: F25: a name', () => {
  it.each([
    ['a loopback address', ['127.0.0.1']],
    ['the metadata address', ['169.254.169.254']],
    ['a private address among public ones', [PUBLIC, '10.0.0.1', PUBLIC]],
    ['a private IPv6 address among public IPv4 ones', [PUBLIC, 'fd00:ec2::254']],
    ['a mapped address', ['::ffff:127.0.0.1']],
    ['a NAT64 address', ['64:ff9b::7f00:1']],
    ['a number that the system would read as an address', ['2130706433']],
    ['an address with a zone', ['fe80::1%lo']],
    ['no address at all but text', ['localhost']],
    ['an empty answer', ['']],
  ])('is not connected to where it resolves to %s', async (_name, addresses) => {
    expect(await attempt('hook.example.com', answering(...addresses))).toEqual(BLOCKED);
    expect(hosts).toEqual([]);
  });

  it.each([
    'localhost',
    'LOCALHOST',
    'app.localhost',
    'localhost.',
    'metadata.google.internal',
    '169.254.169.254.nip.io',
  ])('%s is judged by its addresses, too', async (host) => {
    expect(await attempt(host, answering('127.0.0.1'))).toEqual(BLOCKED);
  });

  it('is connected to at the judged address, under its own name', async () => {
    expect(await attempt('hook.example.com', answering('127.0.0.1'), ['127.0.0.1'])).toEqual(SENT);
    expect(hosts).toEqual([`hook.example.com:${receiver.port}`]);
  });

  it('goes on to the next address where one refuses', async () => {
    expect(await attempt('hook.example.com', answering('::1', '127.0.0.1'), ['127.0.0.1', '::1'])).toEqual(SENT);
  });

  it('is not judged where the allow-list has the name', async () => {
    expect(await attempt('echo.internal', answering('127.0.0.1'), ['echo.internal'])).toEqual(SENT);
    expect(await attempt('other.internal', answering('127.0.0.1'), ['echo.internal'])).toEqual(BLOCKED);
  });

  it.each(['localhost', '', '127.0.0.1.', '300.1.1.1'])(
    'cannot be connected to where its address is %j',
    async (answer) => {
      const outcome = await attempt('echo.internal', answering(answer), ['echo.internal']);
      expect(outcome).toEqual({ kind: 'failed', reason: 'CONNECT_FAILED', retryable: true, effectPossible: false });
    },
  );

  it('the system finds localhost for the allow-list', async () => {
    const channel = makeHttpChannel({ clock, allow: ['localhost'] });
    channels.push(channel);
    expect(await outcomeOf(channel, targetOf(`http://localhost:${receiver.port}/`))).toEqual(SENT);
  });

  it('U7: rebinding: every new connection judges what it resolved itself', async () => {
    const answers = [['127.0.0.2'], ['127.0.0.1'], ['127.0.0.2']];
    let asked = 0;
    const channel = channelWith(['127.0.0.2'], () => Promise.resolve(answers[asked++] ?? []));
    const target = targetOf(`http://hook.example.com:${receiver.port}/`);
    // The receiver listens on 127.0.0.1 only, so the allowed address refuses and each attempt connects anew.
    const outcomes = [
      await outcomeOf(channel, target),
      await outcomeOf(channel, target),
      await outcomeOf(channel, target),
    ];
    expect(outcomes.map((outcome) => outcome.kind === 'failed' && outcome.reason)).toEqual([
      'CONNECT_REFUSED',
      'TARGET_NOT_PUBLIC',
      'CONNECT_REFUSED',
    ]);
    expect([asked, hosts]).toEqual([3, []]);
  });

  it('asks once for all connections that open together', async () => {
    let asked = 0;
    const channel = channelWith(['127.0.0.1'], () => {
      asked += 1;
      return Promise.resolve(['127.0.0.1']);
    });
    const outcomes = await outcomesOf(channel, targetOf(`http://hook.example.com:${receiver.port}/`), deliveriesOf(50));
    expect(outcomes).toEqual(Array(50).fill(SENT));
    expect(asked).toBe(1);
  });
});

describe('F25: DNS that fails', () => {
  it.each(['ENOTFOUND', 'ESERVFAIL', 'ETIMEOUT', 'ENODATA'])('%s', async (code) => {
    expect(await attempt('hook.example.com', () => Promise.reject(Object.assign(new Error(code), { code })))).toEqual(
      NOT_FOUND,
    );
  });

  it('no address', async () => {
    expect(await attempt('hook.example.com', answering())).toEqual(NOT_FOUND);
  });

  it('silence costs its own target 5 s and another target nothing', async () => {
    const channel = channelWith(['127.0.0.1'], (hostname) =>
      hostname.startsWith('slow') ? new Promise(() => undefined) : Promise.resolve(['127.0.0.1']),
    );
    const started = performance.now();
    const slow = outcomesOf(
      channel,
      targetOf(`http://slow.example.com:${receiver.port}/`, { timeoutMs: 60_000 }),
      deliveriesOf(3),
    );
    expect(await outcomeOf(channel, targetOf(`http://fast.example.com:${receiver.port}/`))).toEqual(SENT);
    expect(performance.now() - started).toBeLessThan(2000);
    expect(await slow).toEqual([NOT_FOUND, NOT_FOUND, NOT_FOUND]);
    expect(performance.now() - started).toBeGreaterThan(4900);
    expect(performance.now() - started).toBeLessThan(7000);
  }, 10_000);

  it('F21: a name that is found after the deadline is not connected to any more', async () => {
    let connections = 0;
    const late = await receiveTls(
      createServer(() => {
        connections += 1;
      }),
    );
    const resolve: Resolve = async () => {
      await sleep(300);
      return ['127.0.0.1'];
    };
    const target = targetOf(`http://late.example.com:${late.port}/`, { timeoutMs: 100 });
    expect(await outcomeOf(channelWith(['127.0.0.1'], resolve), target)).toMatchObject({ reason: 'CONNECT_TIMEOUT' });
    await sleep(400);
    await late.close();
    expect(connections).toBe(0);
  });

  it('F21: the deadline of the attempt comes first where it is shorter', async () => {
    const channel = channelWith([], () => new Promise(() => undefined));
    const outcome = await outcomeOf(channel, targetOf('http://slow.example.com/', { timeoutMs: 200 }));
    expect(outcome).toEqual({ kind: 'failed', reason: 'CONNECT_TIMEOUT', retryable: true, effectPossible: false });
  });
});

describe('a connect that fails', () => {
  it('is refused', async () => {
    const gone = await receive(() => undefined);
    await gone.close();
    const outcome = await outcomeOf(channelWith(['127.0.0.1'], neverAsked), targetOf(gone.url));
    expect(outcome).toEqual({ kind: 'failed', reason: 'CONNECT_REFUSED', retryable: true, effectPossible: false });
  });

  it('recovers as soon as the receiver is there again', async () => {
    const channel = channelWith(['127.0.0.1'], neverAsked);
    const gone = await receive(() => undefined);
    await gone.close();
    const outcomes = await outcomesOf(channel, targetOf(gone.url), deliveriesOf(300));
    expect(outcomes.every((outcome) => outcome.kind === 'failed' && outcome.reason === 'CONNECT_REFUSED')).toBe(true);
    expect(await outcomeOf(channel, targetOf(receiver.url))).toEqual(SENT);
  });
});
