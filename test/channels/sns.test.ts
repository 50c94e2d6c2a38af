import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_TOPIC_BATCH_BYTES, makeSnsChannel } from '../../shared/channels/sns.ts';
import { makeMemoryBatchSender } from '../../shared/memory/memory-batch-sender.ts';
import type { EntryFault, TextEntry } from '../../shared/ports/batch-sender.ts';
import { deliveriesOf, deliveryOf, failed, outcomesOf, recordingSender, SENT, targetTo } from './deliveries.ts';

const TOPIC = 'arn:aws:sns:eu-west-1:123456789012:orders';
const target = targetTo({ kind: 'sns', topicArn: TOPIC });

const topic = (fault?: (entry: TextEntry) => EntryFault['reason'] | undefined) =>
  makeMemoryBatchSender<TextEntry>({ addresses: [TOPIC], ...(fault && { fault }) });

describe('the channel of sns', () => {
  it('P4: publishes the payload as it was sent, and says which message it is as for http', async () => {
    const sender = topic();
    const delivery = deliveryOf('msg_1', { key: 'é 1', traceparent: '00-a-b-01', headers: { b: '2' } });
    const to = { ...target, headers: { a: '1', b: '1' } };
    expect(await outcomesOf(makeSnsChannel(sender), to, [delivery])).toEqual([SENT]);
    expect(sender.taken(TOPIC)).toEqual([
      {
        body: '{"id":"msg_1"}',
        attributes: {
          'webhook-id': 'msg_1',
          'idempotency-key': 'msg_1',
          'meridian-due-at': '2026-11-22T09:00:00.000Z',
          'meridian-attempt': '2',
          'meridian-key': '%C3%A9%201',
          traceparent: '00-a-b-01',
          'meridian-headers': '{"a":"1","b":"2"}',
        },
        groupId: 'msg_1',
        deduplicationId: 'msg_1',
      },
    ]);
  });

  it('F06: leaves out what the topic did not take, with its reason', async () => {
    const reasons: Readonly<Record<string, EntryFault['reason']>> = {
      msg_1: 'refused',
      msg_4: 'unavailable',
      msg_11: 'unknown',
    };
    const sender = topic(({ groupId }) => reasons[groupId]);
    const outcomes = await outcomesOf(makeSnsChannel(sender), target, deliveriesOf(12));
    expect(outcomes[1]).toEqual(failed('TOPIC_REFUSED', false, false));
    expect(outcomes[4]).toEqual(failed('TOPIC_UNAVAILABLE', true, false));
    expect(outcomes[11]).toEqual(failed('TOPIC_UNKNOWN', true, true));
    expect(outcomes.filter(({ kind }) => kind === 'sent')).toHaveLength(9);
  });

  it('F08: stays within ten entries and 256 KiB a call, whatever the sizes', async () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 100_000 }), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(sizes, async (given) => {
        const { calls, sender } = recordingSender<TextEntry>();
        const deliveries = given.map((size, n) => deliveryOf(`msg_${n}`, { payload: Buffer.alloc(size, 'x') }));
        await outcomesOf(makeSnsChannel(sender), target, deliveries);
        for (const call of calls) {
          const bytes = call.flatMap(({ body, attributes }) => [body, ...Object.entries(attributes).flat()]).join('');
          expect(call.length).toBeLessThanOrEqual(10);
          expect(bytes.length).toBeLessThanOrEqual(MAX_TOPIC_BATCH_BYTES);
        }
        expect(calls.flat()).toHaveLength(given.length);
      }),
      { numRuns: 20 },
    );
  });
});
