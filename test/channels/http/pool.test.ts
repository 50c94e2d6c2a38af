import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HttpChannel, makeHttpChannel } from '../../../shared/channels/http/http-channel.ts';
import type { Outcome } from '../../../shared/ports/channel.ts';
import { clock, deliveriesOf, LOOPBACK, outcomeOf, outcomesOf, type Receiver, receive, targetOf } from './receiver.ts';

const SENT = { kind: 'sent', status: 200 };

let receiver: Receiver;
let channel: HttpChannel;
let sockets: Set<Socket>;
let waiting: Map<string, ServerResponse>;
let answerAtOnce: boolean;

beforeEach(async () => {
  sockets = new Set();
  waiting = new Map();
  answerAtOnce = true;
  receiver = await receive((request, answer) => {
    sockets.add(request.socket);
    request.resume();
    if (answerAtOnce) setImmediate(() => answer.end());
    else waiting.set(String(request.headers['webhook-id']), answer);
  });
});
afterEach(async () => {
  await channel.close();
  await receiver.close();
});

const open = (connections?: number): HttpChannel => {
  channel = makeHttpChannel({ clock, allow: LOOPBACK, ...(connections !== undefined && { connections }) });
  return channel;
};

const until = async (isDone: () => boolean): Promise<void> => {
  for (let turns = 0; !isDone(); turns += 1) {
    if (turns > 500) throw new Error('waited in vain');
    await sleep(5);
  }
};

describe('the connections to one origin', () => {
  it('are as many as allowed and no more, each with one request at a time', async () => {
    answerAtOnce = false;
    const done = outcomesOf(open(8), targetOf(receiver.url), deliveriesOf(100));
    await until(() => waiting.size === 8);
    await sleep(30);
    expect([sockets.size, waiting.size]).toEqual([8, 8]);
    answerAtOnce = true;
    for (const answer of waiting.values()) answer.end();
    expect(await done).toEqual(Array(100).fill(SENT));
    expect(sockets.size).toBe(8);
  });

  it('are 256 by default', async () => {
    await outcomesOf(open(), targetOf(receiver.url), deliveriesOf(600));
    expect(sockets.size).toBe(256);
  });

  it('are used again', async () => {
    open();
    for (let n = 0; n < 5; n += 1) await outcomesOf(channel, targetOf(receiver.url), deliveriesOf(10));
    expect(sockets.size).toBe(10);
    for (let n = 0; n < 20; n += 1) expect(await outcomeOf(channel, targetOf(receiver.url))).toEqual(SENT);
    expect(sockets.size).toBe(10);
  });

  it('rest where there are too many, so that they can close', async () => {
    await outcomesOf(open(), targetOf(receiver.url), deliveriesOf(10));
    sockets.clear();
    for (let n = 0; n < 20; n += 1) await outcomeOf(channel, targetOf(receiver.url));
    expect(sockets.size).toBe(1);
  });

  it('keep nothing of one answer for the next', async () => {
    const answers: ((answer: ServerResponse) => void)[] = [
      (answer) => answer.writeHead(503, { 'retry-after': '5' }).end('x'.repeat(15_000)),
      (answer) => answer.writeHead(503).end(),
      (answer) => answer.end('y'.repeat(15_000)),
      (answer) => answer.destroy(),
    ];
    const changing = await receive((_request, answer) => answers.shift()?.(answer));
    const outcomes = await outcomesOf(open(1), targetOf(changing.url), deliveriesOf(4));
    await changing.close();
    const failed = { kind: 'failed', retryable: true };
    const busy = { ...failed, reason: 'HTTP_503', status: 503, effectPossible: false };
    expect(outcomes).toEqual([
      { ...busy, retryAfterMs: 5000, response: 'x'.repeat(1024) },
      busy,
      SENT,
      { ...failed, reason: 'RESET', effectPossible: true },
    ]);
  });

  it('are as many again after one of them broke', async () => {
    let breaking = false;
    const held: ServerResponse[] = [];
    const brittle = await receive((request, answer) => {
      if (breaking) request.socket.destroy();
      else held.push(answer);
    });
    const target = targetOf(brittle.url);
    const two = async () => {
      const done = outcomesOf(channel, target, deliveriesOf(2));
      await until(() => held.length === 2);
      for (const answer of held.splice(0)) answer.end();
      expect(await done).toEqual([SENT, SENT]);
    };
    open(2);
    await two();
    breaking = true;
    expect(await outcomeOf(channel, target)).toMatchObject({ reason: 'RESET' });
    breaking = false;
    await two();
    await brittle.close();
  });

  it('know that nothing was sent where the second connect fails', async () => {
    const leaving = await receive((_request, answer) => {
      answer.setHeader('connection', 'close').end();
      void leaving.close();
    });
    const outcomes = await outcomesOf(open(1), targetOf(leaving.url), deliveriesOf(2));
    expect(outcomes[1]).toEqual({ kind: 'failed', reason: 'CONNECT_REFUSED', retryable: true, effectPossible: false });
  });

  it('are opened again where the receiver closed them', async () => {
    open();
    for (let n = 1; n <= 3; n += 1) {
      await outcomesOf(channel, targetOf(receiver.url), deliveriesOf(4));
      expect(sockets.size).toBe(4 * n);
      for (const socket of sockets) socket.destroy();
      await sleep(20);
    }
  });

  it('survive a receiver that closes after each answer', async () => {
    const closing = await receive((_request, answer) => answer.setHeader('connection', 'close').end());
    const outcomes = await outcomesOf(open(4), targetOf(closing.url), deliveriesOf(40));
    await closing.close();
    expect(outcomes).toEqual(Array(40).fill(SENT));
  });

  it('are shared by targets of one origin, and not by others', async () => {
    const other = await receive((request, answer) => {
      sockets.add(request.socket);
      answer.end();
    });
    open();
    await outcomeOf(channel, targetOf(receiver.url));
    await outcomeOf(channel, targetOf(`${receiver.url}/other`, { name: 'pull' }));
    expect(sockets.size).toBe(1);
    await outcomeOf(channel, targetOf(other.url));
    expect(sockets.size).toBe(2);
    await other.close();
  });
});

describe('reports', () => {
  it('come as each delivery ends, in whatever order', async () => {
    answerAtOnce = false;
    const order: number[] = [];
    const done = open().send(targetOf(receiver.url), deliveriesOf(3), (index) => order.push(index));
    await until(() => waiting.size === 3);
    for (const id of ['msg_2', 'msg_0', 'msg_1']) {
      waiting.get(id)?.end();
      await until(() => order.includes(Number(id.slice(4))));
    }
    await done;
    expect(order).toEqual([2, 0, 1]);
  });

  it('P12: of a short batch do not wait for a long one before it', async () => {
    const ends: string[] = [];
    open(2);
    const target = targetOf(receiver.url);
    const long = channel.send(target, deliveriesOf(400), (index) => ends.push(`long ${index}`));
    const short = channel.send(target, deliveriesOf(2), (index) => ends.push(`short ${index}`));
    await Promise.all([long, short]);
    expect(ends).toHaveLength(402);
    expect(ends.indexOf('short 1')).toBeLessThan(20);
  });

  it('of nothing are none', async () => {
    await open().send(targetOf(receiver.url), [], () => {
      throw new Error('reported');
    });
  });

  it('that throw show their defect and hinder no other delivery', async () => {
    const seen: number[] = [];
    const failing = open(1).send(targetOf(receiver.url), deliveriesOf(5), (index) => {
      seen.push(index);
      if (index === 1) throw new Error('defect');
    });
    await expect(failing).rejects.toThrow('defect');
    await until(() => seen.length === 5);
    expect(await outcomeOf(channel, targetOf(receiver.url))).toEqual(SENT);
  });

  it('may send again', async () => {
    const outcomes: Outcome[] = [];
    const target = targetOf(receiver.url);
    open(1);
    await new Promise<void>((resolve) => {
      const again = (outcome: Outcome) => {
        outcomes.push(outcome);
        if (outcomes.length === 50) resolve();
        else void channel.send(target, deliveriesOf(1), (_index, next) => again(next));
      };
      void channel.send(target, deliveriesOf(1), (_index, outcome) => again(outcome));
    });
    expect(outcomes).toEqual(Array(50).fill(SENT));
  });
});

describe('close', () => {
  it('waits for what is under way and ends all connections', async () => {
    answerAtOnce = false;
    const outcomes: Outcome[] = [];
    void open(2).send(targetOf(receiver.url), deliveriesOf(3), (_index, outcome) => outcomes.push(outcome));
    await until(() => waiting.size === 2);
    const closed = channel.close();
    answerAtOnce = true;
    for (const answer of waiting.values()) answer.end();
    await closed;
    expect(outcomes).toEqual([SENT, SENT, SENT]);
    await until(() => [...sockets].every((socket) => socket.destroyed));
  });

  it('takes nothing more', async () => {
    await open().close();
    const refusal = { kind: 'failed', reason: 'CHANNEL_CLOSED', retryable: true, effectPossible: false };
    expect(await outcomesOf(channel, targetOf(receiver.url), deliveriesOf(2))).toEqual([refusal, refusal]);
    expect(sockets.size).toBe(0);
  });
});
