import { describe, expect, it } from 'vitest';
import { makeLambdaChannel } from '../../shared/channels/lambda.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { type MemoryFunction, makeMemoryFunctionInvoker } from '../../shared/memory/memory-function-invoker.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import type { FunctionInvoker, Invocation, InvocationEnd } from '../../shared/ports/function-invoker.ts';
import { deliveriesOf, deliveryOf, failed, outcomesOf, SENT, targetTo } from './deliveries.ts';

const ARN = 'arn:aws:lambda:eu-west-1:123456789012:function:push';
const target = targetTo({ kind: 'lambda', functionArn: ARN });

const channelTo = (called: MemoryFunction) =>
  makeLambdaChannel(makeMemoryFunctionInvoker({ [ARN]: called }, makeVirtualClock(epochMs(0))));

/** An invoker that remembers its calls and ends each as it is told. */
const invokerWith = (end: () => Promise<InvocationEnd>) => {
  const calls: [string, Invocation, number][] = [];
  const invoke: FunctionInvoker['invoke'] = (...call) => {
    calls.push(call);
    return end();
  };
  return { calls, channel: makeLambdaChannel({ invoke }) };
};

describe('the channel of lambda', () => {
  it('P4: gives the function the payload as its event, and beside it what http has as headers', async () => {
    const seen: unknown[] = [];
    const channel = channelTo((event, context) => seen.push([event, context]));
    const delivery = deliveryOf('msg_1', { key: 'é 1', traceparent: '00-a-b-01', headers: { b: '2' } });
    expect(await outcomesOf(channel, { ...target, headers: { a: '1', b: '1' } }, [delivery])).toEqual([SENT]);
    expect(seen).toEqual([
      [
        { id: 'msg_1' },
        {
          'webhook-id': 'msg_1',
          'idempotency-key': 'msg_1',
          'meridian-due-at': '2026-11-22T09:00:00.000Z',
          'meridian-attempt': '2',
          'meridian-key': '%C3%A9%201',
          traceparent: '00-a-b-01',
          a: '1',
          b: '2',
        },
      ],
    ]);
  });

  it('hands over the bytes of the payload, the function of the target and its time', async () => {
    const { channel, calls } = invokerWith(async () => ({ kind: 'returned' }));
    await outcomesOf(channel, target, [deliveryOf('msg_1', { payload: Buffer.from('{"n": 1.50}') })]);
    expect(calls.map(([arn, { payload }, timeoutMs]) => [arn, Buffer.from(payload).toString(), timeoutMs])).toEqual([
      [ARN, '{"n": 1.50}', 1234],
    ]);
  });

  it('I8: sends what is no JSON as base64 text, and says so', async () => {
    const { channel, calls } = invokerWith(async () => ({ kind: 'returned' }));
    await outcomesOf(channel, target, [deliveryOf('msg_1', { payload: Buffer.from('no JSON') })]);
    const [, invocation] = calls[0] ?? [];
    expect(Buffer.from(JSON.parse(String(invocation?.payload)), 'base64').toString()).toBe('no JSON');
    expect(invocation?.context).toMatchObject({ 'meridian-encoding': 'base64' });
  });

  it('P5: knows only that a function that failed may have done its work', async () => {
    const channel = channelTo(() => {
      throw new TypeError('no such person');
    });
    const response = '{"errorType":"TypeError","errorMessage":"no such person"}';
    expect(await outcomesOf(channel, target, deliveriesOf(1))).toEqual([
      { ...failed('FUNCTION_ERROR', true, true), response },
    ]);
  });

  it.each<[string, InvocationEnd, object]>([
    ['refused', { kind: 'fault', reason: 'refused' }, failed('FUNCTION_REFUSED', false, false)],
    ['unavailable', { kind: 'fault', reason: 'unavailable' }, failed('FUNCTION_UNAVAILABLE', true, false)],
    ['unknown', { kind: 'fault', reason: 'unknown' }, failed('FUNCTION_UNKNOWN', true, true)],
    [
      'throttled',
      { kind: 'fault', reason: 'unavailable', retryAfterMs: 7_000 },
      { ...failed('FUNCTION_UNAVAILABLE', true, false), retryAfterMs: 7_000 },
    ],
  ])('F07: tells a call that is %s', async (_, end, outcome) => {
    expect(await outcomesOf(invokerWith(async () => end).channel, target, deliveriesOf(1))).toEqual([outcome]);
  });

  it('F07: does not know of a call that broke', async () => {
    const { channel } = invokerWith(() => Promise.reject(new Error('lost')));
    expect(await outcomesOf(channel, target, deliveriesOf(2))).toEqual(
      Array(2).fill(failed('FUNCTION_UNKNOWN', true, true)),
    );
  });

  it('P10: has all calls under way together, and reports each as it ends', async () => {
    const ends: ((end: InvocationEnd) => void)[] = [];
    const { channel } = invokerWith(() => new Promise((resolve) => ends.push(resolve)));
    const reported: number[] = [];
    const sent = channel.send(target, deliveriesOf(100), (index) => void reported.push(index));
    expect(ends).toHaveLength(100);
    ends[99]?.({ kind: 'returned' });
    await Promise.resolve().then(() => undefined);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reported).toEqual([99]);
    for (const end of ends) end({ kind: 'returned' });
    await sent;
    expect(reported).toHaveLength(100);
  });

  it('refuses headers that do not fit into the client context, and sends the others', async () => {
    const { channel, calls } = invokerWith(async () => ({ kind: 'returned' }));
    const large = deliveryOf('msg_1', { headers: { 'x-large': 'x'.repeat(2_600) } });
    const fitting = deliveryOf('msg_2', { headers: { 'x-large': 'x'.repeat(2_000) }, key: 'é'.repeat(40) });
    expect(await outcomesOf(channel, target, [large, fitting])).toEqual([
      failed('INVALID_REQUEST', false, false),
      SENT,
    ]);
    const [, invocation] = calls[0] ?? [];
    const context = Buffer.from(JSON.stringify({ custom: invocation?.context })).toString('base64');
    expect(calls).toHaveLength(1);
    expect(context.length).toBeLessThanOrEqual(3_583);
  });

  it('calls nothing for a target of another kind', async () => {
    const { channel, calls } = invokerWith(async () => ({ kind: 'returned' }));
    const outcomes = await outcomesOf(channel, targetTo({ kind: 'none' }), deliveriesOf(2));
    expect(outcomes).toEqual(Array(2).fill(failed('INVALID_REQUEST', false, false)));
    expect(calls).toEqual([]);
  });
});
