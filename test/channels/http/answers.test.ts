import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import type { Outcome } from '../../../shared/ports/channel.ts';
import { clock, LOOPBACK, outcomeOf, type Receiver, rawOutcomeOf, receive, targetOf } from './receiver.ts';

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

const statusOutcome = async (
  status: number,
  headers: Record<string, string> = {},
  retryOn: number[] = [],
): Promise<Outcome> => {
  receiver = await receive((_request, answer) => answer.writeHead(status, headers).end());
  return outcomeOf(channel, targetOf(receiver.url, { retry: { maxAttempts: 2, delaysMs: [1], jitter: 0, retryOn } }));
};

describe('F22: statuses', () => {
  it.each([200, 201, 202, 204, 206, 299])('%i is sent', async (status) => {
    expect(await statusOutcome(status)).toEqual({ kind: 'sent', status });
  });

  it.each([
    [400, false, false],
    [404, false, false],
    [408, true, false],
    [410, false, false],
    [425, true, false],
    [429, true, false],
    [500, true, true],
    [502, true, true],
    [503, true, false],
    [504, true, true],
  ])('%i: retryable %s, effect possible %s', async (status, retryable, effectPossible) => {
    const reason = `HTTP_${status}`;
    expect(await statusOutcome(status)).toEqual({ kind: 'failed', reason, status, retryable, effectPossible });
  });

  it.each([301, 302, 303, 307, 308])('%i is not followed', async (status) => {
    let asked = 0;
    const elsewhere = await receive((_request, answer) => {
      asked += 1;
      answer.end();
    });
    const outcome = await statusOutcome(status, { location: elsewhere.url });
    await elsewhere.close();
    expect(outcome).toMatchObject({
      kind: 'failed',
      reason: 'REDIRECT',
      status,
      retryable: false,
      effectPossible: false,
    });
    expect(asked).toBe(0);
  });

  it('retries a status where the target asks for it', async () => {
    expect(await statusOutcome(404, {}, [404])).toMatchObject({ reason: 'HTTP_404', retryable: true });
  });

  it.each([
    ['7', 7000],
    ['-5', 0],
    ['1000000000', 86_400_000],
    ['1e9', 86_400_000],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
  ])('429 with Retry-After %s waits %i ms', async (header, retryAfterMs) => {
    expect(await statusOutcome(429, { 'retry-after': header })).toMatchObject({ reason: 'HTTP_429', retryAfterMs });
  });

  it('503 with a date waits until then', async () => {
    const outcome = await statusOutcome(503, { 'retry-after': new Date(Date.now() + 60_000).toUTCString() });
    const waitMs = outcome.kind === 'failed' ? (outcome.retryAfterMs ?? 0) : 0;
    expect(waitMs).toBeGreaterThan(50_000);
    expect(waitMs).toBeLessThanOrEqual(60_000);
  });

  it('does not wait for garbage, nor where nothing is tried again', async () => {
    expect(await statusOutcome(429, { 'retry-after': 'soon' })).not.toHaveProperty('retryAfterMs');
    await receiver?.close();
    expect(await statusOutcome(404, { 'retry-after': '7' })).not.toHaveProperty('retryAfterMs');
  });

  it.each([102, 103])('goes on after an interim %i', async (status) => {
    const interim = `HTTP/1.1 ${status} X\r\nlink: </a>\r\nretry-after: 5\r\n\r\n`;
    expect(
      await rawOutcomeOf(channel, (socket) =>
        socket.write(`${interim}${interim}HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n`),
      ),
    ).toEqual(SENT);
  });

  it('a stray 100 or an upgrade nobody asked for is no answer', async () => {
    const unasked = { kind: 'failed', reason: 'INVALID_RESPONSE', retryable: true, effectPossible: true };
    expect(await rawOutcomeOf(channel, (socket) => socket.write('HTTP/1.1 100 Continue\r\n\r\n'))).toMatchObject(
      unasked,
    );
    await receiver?.close();
    const upgrade = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n';
    expect(await rawOutcomeOf(channel, (socket) => socket.write(upgrade))).toMatchObject(unasked);
  });

  it('keeps the start of a failure’s answer, at most 1 KB', async () => {
    receiver = await receive(async (_request, answer) => {
      answer.writeHead(500).write('{"error":"no');
      await sleep(20);
      answer.end(`pe"}${'é'.repeat(5000)}`);
    });
    const outcome = await outcomeOf(channel, targetOf(receiver.url));
    const response = outcome.kind === 'failed' ? (outcome.response ?? '') : '';
    expect(response.startsWith('{"error":"nope"}é')).toBe(true);
    expect(response.length).toBeGreaterThan(500);
    expect(response.length).toBeLessThanOrEqual(1024);
  });

  it('keeps nothing of a success', async () => {
    receiver = await receive((_request, answer) => answer.end('secret'));
    expect(await outcomeOf(channel, targetOf(receiver.url))).toEqual(SENT);
  });
});
