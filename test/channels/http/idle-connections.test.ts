import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import { clock, LOOPBACK, outcomeOf, type Receiver, receiveRaw, targetOf } from './receiver.ts';

const SENT = { kind: 'sent', status: 204 };
const ANSWER = 'HTTP/1.1 204 No Content\r\n\r\n';

let channel: HttpChannel;
let receiver: Receiver | undefined;
let sockets: Socket[];

beforeEach(() => {
  sockets = [];
  channel = makeHttpChannel({ clock, allow: LOOPBACK, connections: 1 });
});
afterEach(async () => {
  await channel.close();
  await receiver?.close();
});

/** A receiver that answers each request with these bytes, and remembers its connections. */
const answering = async (bytes: string): Promise<Receiver> => {
  receiver = await receiveRaw((socket) => {
    if (!sockets.includes(socket)) sockets.push(socket);
    socket.write(bytes);
  });
  return receiver;
};

it('an answer that nobody asked for is not taken for the next one, even when it comes just before the question', async () => {
  const target = targetOf((await answering(ANSWER)).url);
  expect(await outcomeOf(channel, target)).toEqual(SENT);
  const [first] = sockets;
  // It lies in the buffer of the socket when the next attempt starts: this process has not had a turn to read it.
  first?.write('HTTP/1.1 500 Poisoned\r\ncontent-length: 0\r\n\r\n');
  const until = performance.now() + 30;
  while (performance.now() < until);
  expect(await outcomeOf(channel, target)).toEqual(SENT);
  expect(sockets).toHaveLength(2);
});

it('F20: a connection that the receiver has just ended is not asked any more', async () => {
  const target = targetOf((await answering(ANSWER)).url);
  for (let n = 0; n < 20; n += 1) {
    expect(await outcomeOf(channel, target)).toEqual(SENT);
    sockets.at(-1)?.destroy();
    const until = performance.now() + 5;
    while (performance.now() < until);
  }
  expect(sockets).toHaveLength(20);
});

it('a receiver that says that it keeps connections for 2 s or less gets a new one each time', async () => {
  const target = targetOf((await answering('HTTP/1.1 204 X\r\nkeep-alive: timeout=2\r\n\r\n')).url);
  for (let n = 1; n <= 3; n += 1) {
    expect(await outcomeOf(channel, target)).toEqual(SENT);
    expect(sockets).toHaveLength(n);
  }
});

it('a connection rests for 2 s less than its receiver keeps it, however often it was used before', async () => {
  const target = targetOf((await answering('HTTP/1.1 204 X\r\nkeep-alive: timeout=3\r\n\r\n')).url);
  for (let n = 0; n < 4; n += 1) {
    expect(await outcomeOf(channel, target)).toEqual(SENT);
    await sleep(500);
  }
  expect(sockets).toHaveLength(1);
  for (const until = performance.now() + 5_000; !sockets[0]?.destroyed; await sleep(10)) {
    expect(performance.now()).toBeLessThan(until);
  }
  expect(await outcomeOf(channel, target)).toEqual(SENT);
  expect(sockets).toHaveLength(2);
});
