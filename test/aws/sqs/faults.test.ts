import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { makeSqsPointerQueue } from '../../../shared/aws/sqs/sqs-pointer-queue.ts';
import type { Hint } from '../../../shared/ports/pointer-queue.ts';
import { makeFastClock } from '../../support/fast-clock.ts';
import { type Answer, fault } from '../../support/wire.ts';
import { type FaultySqs, openFaultySqs, takeSome } from './faulty-sqs.ts';

let sqs: FaultySqs;
let queueUrl: string;
beforeAll(async () => {
  sqs = await openFaultySqs();
}, 60_000);
afterAll(() => sqs?.close());
beforeEach(async () => {
  queueUrl = await sqs.newQueue();
});

const hintsOf = (count: number): Hint[] =>
  Array.from({ length: count }, (_, n) => ({ body: `h${n}`, delaySeconds: 0 }));
const bodiesOf = (hints: readonly Hint[]): string[] => hints.map(({ body }) => body).toSorted();
const open = (sendBatch = sqs.sendBatch) => {
  const clock = makeFastClock();
  return { clock, queue: makeSqsPointerQueue({ sendBatch, queueUrls: [queueUrl], clock, random: Math.random }) };
};
const numberOf = (body: string): number => Number(body.slice(1));

describe('F06: entries that failed', () => {
  it.each<[string, (body: string, nth: number) => boolean, number]>([
    ['none', () => true, 1],
    ['some, once', (body, nth) => nth > 1 || numberOf(body) % 3 === 0, 2],
    ['all, once', (_, nth) => nth > 1, 2],
    ['all, five times', (_, nth) => nth > 5, 6],
    ['all but two a call', (body, nth) => Math.floor(numberOf(body) / 2) === nth - 1, 5],
  ])('%s: only they are sent again, and all arrive once', async (_, takes, calls) => {
    sqs.wire.meddle(takeSome(takes));
    const { queue, clock } = open();
    expect(await queue.send(hintsOf(10))).toEqual([]);
    expect(await sqs.arrived(queueUrl)).toEqual(bodiesOf(hintsOf(10)));
    expect(sqs.wire.operations).toEqual(Array(calls).fill('SendMessageBatch'));
    expect(clock.waitsMs).toHaveLength(calls - 1);
  });

  it('for ever are given back after six tries', async () => {
    sqs.wire.meddle(takeSome((body) => numberOf(body) !== 3 && numberOf(body) !== 17));
    const left = await open().queue.send(hintsOf(20));
    expect(left.toSorted((a, b) => numberOf(a.body) - numberOf(b.body))).toEqual([hintsOf(20)[3], hintsOf(20)[17]]);
    expect(await sqs.arrived(queueUrl)).toHaveLength(18);
    expect(sqs.wire.operations).toHaveLength(12);
  });

  it('by our own fault are given back at once, also when others are sent again', async () => {
    sqs.wire.meddle(async (call) => {
      if (call.nth > 1) return takeSome(() => true)(call);
      const answer = await takeSome((body) => numberOf(body) > 3)(call);
      answer.body.Failed[0] = { ...answer.body.Failed[0], SenderFault: true } as (typeof answer.body.Failed)[0];
      return answer;
    });
    expect(await open().queue.send(hintsOf(10))).toEqual([hintsOf(1)[0]]);
    expect(await sqs.arrived(queueUrl)).toEqual(bodiesOf(hintsOf(10)).slice(1));
    expect(sqs.wire.operations).toHaveLength(2);
  });

  it('of one call concern no other call', async () => {
    sqs.wire.meddle(takeSome((body, nth) => nth > 5 || numberOf(body) % 10 !== 4));
    expect(await open().queue.send(hintsOf(45))).toEqual([]);
    expect(await sqs.arrived(queueUrl)).toEqual(bodiesOf(hintsOf(45)));
  });
});

describe('F07: a call whose outcome is not known', () => {
  const unknowns: [string, Answer][] = [
    ['a cut connection', 'cut'],
    ['half an answer', 'torn'],
    ['an internal error', fault(500, 'InternalError')],
    ['503', fault(503, 'ServiceUnavailable')],
  ];

  it.each(unknowns)('for %s, after it was applied: is made again, and a hint may come twice', async (_, answer) => {
    sqs.wire.meddle(async ({ nth, forward }) => {
      const real = await forward();
      return nth === 1 ? answer : real;
    });
    expect(await open().queue.send(hintsOf(3))).toEqual([]);
    expect(await sqs.arrived(queueUrl)).toEqual(['h0', 'h0', 'h1', 'h1', 'h2', 'h2']);
  });

  it.each(unknowns)('for %s, for ever: gives all hints back and does not throw', async (_, answer) => {
    sqs.wire.meddle(async () => answer);
    expect(await open().queue.send(hintsOf(12))).toHaveLength(12);
    expect(sqs.wire.operations).toHaveLength(12);
  });
});

describe('a call that is turned away', () => {
  it('by a throttle is made again', async () => {
    sqs.wire.meddle(async ({ nth, forward }) => (nth > 2 ? forward() : fault(400, 'RequestThrottled')));
    expect(await open().queue.send(hintsOf(3))).toEqual([]);
    expect(await sqs.arrived(queueUrl)).toEqual(['h0', 'h1', 'h2']);
  });

  it('for good gives its hints back at once', async () => {
    sqs.wire.meddle(async () => fault(400, 'QueueDoesNotExist'));
    expect(await open().queue.send(hintsOf(3))).toEqual(hintsOf(3));
    expect(sqs.wire.operations).toHaveLength(1);
  });

  it('F41: because nobody is there, gives its hints back', async () => {
    expect(await open(sqs.lostSendBatch).queue.send(hintsOf(3))).toEqual(hintsOf(3));
  });
});
