import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_QUEUE_BATCH_BYTES, makeSqsChannel } from '../../shared/channels/sqs.ts';
import {
  type BatchSender,
  type EntryFault,
  MAX_BATCH_ENTRIES,
  type TextEntry,
} from '../../shared/ports/batch-sender.ts';
import type { Delivery, Outcome } from '../../shared/ports/channel.ts';
import { deliveriesOf, deliveryOf, failed, outcomesOf, SENT, targetTo } from './deliveries.ts';

const target = targetTo({ kind: 'sqs', queueUrl: 'https://sqs.example.com/1/orders' });

/** A queue that remembers the calls; `answer` gives what it does not take. */
const queue = (answer: (call: readonly TextEntry[]) => Promise<readonly EntryFault[]> = () => Promise.resolve([])) => {
  const calls: (readonly TextEntry[])[] = [];
  const asked: unknown[] = [];
  const sender: BatchSender<TextEntry> = {
    sendBatch: (queueUrl, entries, timeoutMs) => {
      calls.push(entries);
      asked.push([queueUrl, timeoutMs]);
      return answer(entries);
    },
  };
  return { sender, calls, asked };
};

const send = (sender: BatchSender<TextEntry>, deliveries: readonly Delivery[], to = target): Promise<Outcome[]> =>
  outcomesOf(makeSqsChannel(sender), to, deliveries);

const bytesOf = (entries: readonly TextEntry[]): number =>
  entries
    .flatMap(({ body, attributes }) => [
      body,
      ...Object.entries(attributes).flatMap(([name, value]) => [name, value, 'String']),
    ])
    .reduce((sum, text) => sum + Buffer.byteLength(text), 0);

describe('an entry', () => {
  const entryOf = async (changes: Partial<Delivery>, headers: Record<string, string> = {}): Promise<TextEntry> => {
    const { sender, calls } = queue();
    await send(sender, [deliveryOf('msg_1', changes)], { ...target, headers });
    return calls[0]?.[0] as TextEntry;
  };

  it('is the payload as it was sent, and says which message it is', async () => {
    expect(await entryOf({})).toEqual({
      body: '{"id":"msg_1"}',
      attributes: {
        'webhook-id': 'msg_1',
        'idempotency-key': 'msg_1',
        'meridian-due-at': '2026-11-22T09:00:00.000Z',
        'meridian-attempt': '2',
      },
      groupId: 'msg_1',
      deduplicationId: 'msg_1',
    });
  });

  it('carries key, trace and headers, the message’s before the target’s', async () => {
    const { attributes } = await entryOf(
      { key: 'é 1', traceparent: '00-a-b-01', headers: { b: '2' } },
      { a: '1', b: '1' },
    );
    expect(attributes).toMatchObject({
      'meridian-key': '%C3%A9%201',
      traceparent: '00-a-b-01',
      'meridian-headers': '{"a":"1","b":"2"}',
    });
    expect(Object.keys(attributes).length).toBeLessThanOrEqual(10);
  });

  it.each([
    ['"\\u0000"', true],
    ['\uFEFF{}', true],
    ['"\u007F\u0085\u202E😀"', true],
    ['"\uFFFE"', false],
    ['"\uFFFF"', false],
    ['"\u0001"', false],
    ['"\u0000"', false],
  ])('I8: %j arrives byte for byte, as text: %s', async (text, isText) => {
    const { body, attributes } = await entryOf({ payload: Buffer.from(text) });
    expect(attributes['meridian-encoding']).toBe(isText ? undefined : 'base64');
    expect(Buffer.from(body, isText ? 'utf8' : 'base64').toString()).toBe(text);
  });

  it('I8: any payload arrives byte for byte, in characters that SQS takes', async () => {
    const payloads = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.uint8Array().map((b) => Buffer.from(b)),
    );
    await fc.assert(
      fc.asyncProperty(payloads, async (payload) => {
        const { body, attributes } = await entryOf({ payload });
        const encoding = attributes['meridian-encoding'] === 'base64' ? 'base64' : 'utf8';
        expect(Buffer.from(body, encoding).equals(payload)).toBe(true);
        expect(body).toMatch(/^[\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]*$/u);
      }),
    );
  });
});

describe('calls', () => {
  it('take ten entries at a time, in order, to the queue and within the time of the target', async () => {
    const { sender, calls, asked } = queue();
    expect(await send(sender, deliveriesOf(23))).toEqual(Array(23).fill(SENT));
    expect(calls.map((call) => call.length)).toEqual([10, 10, 3]);
    expect(calls.flat().map(({ deduplicationId }) => deduplicationId)).toEqual(
      deliveriesOf(23).map(({ messageId }) => messageId),
    );
    expect(asked).toEqual(Array(3).fill(['https://sqs.example.com/1/orders', 1234]));
  });

  it('are none for no message', async () => {
    const { sender, calls } = queue();
    expect(await send(sender, [])).toEqual([]);
    expect(calls).toEqual([]);
  });

  it('F08: stay within both limits, whatever the sizes', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 400_000 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (given) => {
        const { sender, calls } = queue();
        await send(
          sender,
          given.map((size, n) => deliveryOf(`msg_${n}`, { payload: Buffer.alloc(size, 'é') })),
        );
        for (const call of calls) {
          expect(call.length).toBeLessThanOrEqual(MAX_BATCH_ENTRIES);
          expect(bytesOf(call)).toBeLessThanOrEqual(MAX_QUEUE_BATCH_BYTES);
        }
        expect(calls.flat()).toHaveLength(given.length);
      }),
      { numRuns: 20 },
    );
  });

  it('do without an entry that no call can take', async () => {
    const { sender, calls } = queue();
    const large = deliveryOf('msg_large', { payload: Buffer.alloc(MAX_QUEUE_BATCH_BYTES, 'x') });
    expect(await send(sender, [deliveryOf('msg_1'), large, deliveryOf('msg_2')])).toEqual([
      SENT,
      failed('QUEUE_REFUSED', false, false),
      SENT,
    ]);
    expect(calls.flat().map(({ deduplicationId }) => deduplicationId)).toEqual(['msg_1', 'msg_2']);
  });

  it('F06: leave out what the queue did not take, with its reason', async () => {
    const { sender } = queue((call) =>
      Promise.resolve(
        call.length === 10
          ? [
              { index: 1, reason: 'refused' },
              { index: 4, reason: 'unavailable' },
            ]
          : [{ index: 0, reason: 'unknown' }],
      ),
    );
    const outcomes = await send(sender, deliveriesOf(12));
    expect(outcomes[1]).toEqual(failed('QUEUE_REFUSED', false, false));
    expect(outcomes[4]).toEqual(failed('QUEUE_UNAVAILABLE', true, false));
    expect(outcomes[10]).toEqual(failed('QUEUE_UNKNOWN', true, true));
    expect(outcomes.filter(({ kind }) => kind === 'sent')).toHaveLength(9);
  });

  it('F07: that are lost leave the effect open for their own entries only', async () => {
    const { sender } = queue((call) => (call.length === 10 ? Promise.reject(new Error('lost')) : Promise.resolve([])));
    const outcomes = await send(sender, deliveriesOf(12));
    expect(outcomes.slice(0, 10)).toEqual(Array(10).fill(failed('QUEUE_UNKNOWN', true, true)));
    expect(outcomes.slice(10)).toEqual([SENT, SENT]);
  });

  it('are under way together, and a slow one does not delay the reports of the others', async () => {
    let release: (faults: readonly EntryFault[]) => void = () => undefined;
    const { sender } = queue((call) =>
      call[0]?.deduplicationId === 'msg_0' ? new Promise((resolve) => (release = resolve)) : Promise.resolve([]),
    );
    const reported: number[] = [];
    await makeSqsChannel(sender).send(target, deliveriesOf(1000), (index) => {
      reported.push(index);
      if (reported.length === 990) release([]);
    });
    expect(reported).toHaveLength(1000);
    expect(Math.min(...reported.slice(0, 990))).toBe(10);
  });

  it('are never made for a target of another kind', async () => {
    const { sender, calls } = queue();
    const outcomes = await send(sender, deliveriesOf(2), { ...target, destination: { kind: 'none' } });
    expect(outcomes).toEqual(Array(2).fill(failed('INVALID_REQUEST', false, false)));
    expect(calls).toEqual([]);
  });
});
