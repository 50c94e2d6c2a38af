import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import type { Outcome } from '../../../shared/ports/channel.ts';
import {
  clock,
  deliveriesOf,
  LOOPBACK,
  outcomeOf,
  type Receiver,
  rawOutcomeOf,
  receive,
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

describe('F21: the deadline is for the whole attempt', () => {
  const timeoutMs = 300;
  const timedOut = { kind: 'failed', reason: 'TIMEOUT', retryable: true, effectPossible: true };
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n';

  /** Fails where an attempt took much longer than its deadline. */
  const inTime = async (outcome: Promise<Outcome>): Promise<Outcome> => {
    const started = performance.now();
    const result = await outcome;
    const tookMs = performance.now() - started;
    expect(tookMs).toBeGreaterThan(timeoutMs - 50);
    expect(tookMs).toBeLessThan(timeoutMs + 1500);
    return result;
  };

  it('an answer just before it is an answer', async () => {
    receiver = await receive(async (_request, answer) => {
      await sleep(100);
      answer.end();
    });
    expect(await outcomeOf(channel, targetOf(receiver.url, { timeoutMs: 2000 }))).toEqual(SENT);
  });

  it('an answer after it comes too late', async () => {
    const late = async (socket: Socket) => {
      await sleep(1000);
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    };
    expect(await inTime(rawOutcomeOf(channel, late, { timeoutMs }))).toEqual(timedOut);
  });

  it('silence', async () => {
    expect(await inTime(rawOutcomeOf(channel, () => undefined, { timeoutMs }))).toEqual(timedOut);
  });

  it('a status and then silence', async () => {
    expect(await inTime(rawOutcomeOf(channel, (socket) => socket.write(HEAD), { timeoutMs }))).toEqual({
      ...timedOut,
      status: 200,
    });
  });

  it('an answer that never closes', async () => {
    const open = (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nx');
    expect(await inTime(rawOutcomeOf(channel, open, { timeoutMs }))).toEqual({ ...timedOut, status: 200 });
  });

  it.each([
    ['headers', 'HTTP/1.1 200 OK\r\nx-a: '],
    ['body', HEAD],
  ])('one byte of the %s at a time', async (_part, head) => {
    const drip = async (socket: Socket) => {
      socket.write(head);
      while (!socket.destroyed) {
        socket.write('x');
        await sleep(20);
      }
    };
    expect(await inTime(rawOutcomeOf(channel, drip, { timeoutMs }))).toMatchObject(timedOut);
  });

  it('interim answers without end', async () => {
    const drip = async (socket: Socket) => {
      while (!socket.destroyed) {
        socket.write('HTTP/1.1 103 Early Hints\r\n\r\n');
        await sleep(20);
      }
    };
    expect(await inTime(rawOutcomeOf(channel, drip, { timeoutMs }))).toEqual(timedOut);
  });

  it('ends the connection, and only that of the slow one', async () => {
    const sockets = new Set<Socket>();
    receiver = await receive((request, answer) => {
      sockets.add(request.socket);
      if (request.headers['webhook-id'] !== 'msg_0') answer.end();
    });
    const ends: number[] = [];
    await channel.send(targetOf(receiver.url, { timeoutMs }), deliveriesOf(20), (index) => ends.push(index));
    expect(ends.at(-1)).toBe(0);
    await sleep(50);
    expect([...sockets].filter((socket) => socket.destroyed)).toHaveLength(1);
  });
});
