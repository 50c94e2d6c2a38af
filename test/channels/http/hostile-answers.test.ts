import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import {
  clock,
  deliveriesOf,
  LOOPBACK,
  outcomeOf,
  outcomesOf,
  type Receiver,
  rawOutcomeOf,
  receive,
  receiveRaw,
  targetOf,
} from './receiver.ts';

let channel: HttpChannel;
let receiver: Receiver | undefined;

beforeEach(() => {
  channel = makeHttpChannel({ clock, allow: LOOPBACK });
});
afterEach(async () => {
  await channel.close();
  await receiver?.close();
});

const SENT = { kind: 'sent', status: 200 };

describe('F23: hostile answers', () => {
  it('reads 20 kB of a large answer and goes by its status', async () => {
    let written = 0;
    const flood = (socket: Socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 209715200\r\n\r\n');
      const more = () => {
        while (!socket.destroyed && written < 200 << 20) {
          written += 65_536;
          if (!socket.write(Buffer.alloc(65_536))) return socket.once('drain', more);
        }
      };
      more();
    };
    expect(await rawOutcomeOf(channel, flood)).toEqual(SENT);
    await sleep(50);
    expect(written).toBeLessThan(20 << 20);
  });

  it('goes on with other messages behind a large answer on one connection', async () => {
    const one = makeHttpChannel({ clock, allow: LOOPBACK, connections: 1 });
    receiver = await receive((_request, answer) => answer.writeHead(500).end(Buffer.alloc(100_000, 'x')));
    const outcomes = await outcomesOf(one, targetOf(receiver.url), deliveriesOf(5));
    await one.close();
    expect(outcomes.map((outcome) => outcome.kind === 'failed' && outcome.reason)).toEqual(Array(5).fill('HTTP_500'));
    expect(outcomes.every((outcome) => outcome.kind === 'failed' && outcome.response === 'x'.repeat(1024))).toBe(true);
  });

  it('takes a gzip bomb for the bytes that it is', async () => {
    const bomb = gzipSync(Buffer.alloc(10 << 20));
    receiver = await receive((request, answer) => {
      expect(request.headers['accept-encoding']).toBe('identity');
      answer.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb);
    });
    const before = process.memoryUsage().rss;
    expect(await outcomeOf(channel, targetOf(receiver.url))).toEqual(SENT);
    expect(process.memoryUsage().rss - before).toBeLessThan(8 << 20);
  });

  const lost = { kind: 'failed', retryable: true, effectPossible: true };
  const cases: [string, string, object][] = [
    ['headers of 1 MB', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(1 << 20)}\r\n\r\n`, { reason: 'INVALID_RESPONSE' }],
    ['10,000 headers', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(10_000)}\r\n`, { reason: 'INVALID_RESPONSE' }],
    [
      'invalid chunking',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\nhello',
      { reason: 'INVALID_RESPONSE', status: 200 },
    ],
    [
      'a chunk of 2^64 bytes',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffff0\r\n',
      { reason: 'INVALID_RESPONSE', status: 200 },
    ],
    [
      'both kinds of length',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
      { reason: 'INVALID_RESPONSE' },
    ],
    [
      'two lengths',
      'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello!',
      { reason: 'INVALID_RESPONSE' },
    ],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', { reason: 'INVALID_RESPONSE' }],
    ['a line of NULs', '\u0000'.repeat(1000), { reason: 'INVALID_RESPONSE' }],
  ];
  it.each(cases)('%s', async (_name, bytes, expected) => {
    expect(await rawOutcomeOf(channel, (socket) => socket.write(bytes, 'latin1'))).toMatchObject({
      ...lost,
      ...expected,
    });
  });

  it.each([
    ['nothing', ''],
    ['half a status line', 'HTTP/1.1 2'],
    ['half the headers', 'HTTP/1.1 200 OK\r\nx-a: b\r\nx-'],
    ['half the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhello'],
    ['half a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel'],
    ['no last chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n'],
  ])('F20: the connection closed after %s', async (_name, bytes) => {
    const outcome = await rawOutcomeOf(channel, (socket) => socket.end(bytes));
    expect(outcome).toMatchObject(lost);
    expect(outcome.kind === 'failed' && outcome.reason).toMatch(/^(RESET|INVALID_RESPONSE)$/);
  });

  it('F20: the connection reset after the request', async () => {
    expect(await rawOutcomeOf(channel, (socket) => socket.resetAndDestroy())).toEqual({ ...lost, reason: 'RESET' });
  });

  it('takes the end of the connection for the end of an answer without a length', async () => {
    expect(await rawOutcomeOf(channel, (socket) => socket.end('HTTP/1.0 200 OK\r\n\r\nhello'))).toEqual(SENT);
  });

  it('ignores an answer that comes before the question', async () => {
    let served = 0;
    receiver = await receiveRaw((socket) => {
      served += 1;
      // A second answer is waiting on the connection for whoever uses it next.
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    const target = targetOf(receiver.url);
    for (let n = 1; n <= 3; n += 1) {
      await outcomeOf(channel, target);
      await sleep(20);
      expect(served).toBe(n);
    }
  });
});
