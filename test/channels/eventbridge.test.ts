import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeEventBridgeChannel } from '../../shared/channels/eventbridge.ts';
import { makeMemoryBatchSender } from '../../shared/memory/memory-batch-sender.ts';
import type { EntryFault, EventEntry } from '../../shared/ports/batch-sender.ts';
import type { Delivery } from '../../shared/ports/channel.ts';
import { deliveriesOf, deliveryOf, failed, outcomesOf, recordingSender, SENT, targetTo } from './deliveries.ts';

const BUS = 'pushes';
const target = targetTo({ kind: 'eventbridge', eventBus: BUS, source: 'com.example', detailType: 'Push' });

const bus = (fault?: (entry: EventEntry) => EntryFault['reason'] | undefined) =>
  makeMemoryBatchSender<EventEntry>({ addresses: [BUS], ...(fault && { fault }) });

const detailOf = async (changes: Partial<Delivery>, headers: Record<string, string> = {}): Promise<string> => {
  const sender = bus();
  const to = { ...target, headers };
  expect(await outcomesOf(makeEventBridgeChannel(sender), to, [deliveryOf('msg_1', changes)])).toEqual([SENT]);
  return sender.taken(BUS)[0]?.detail ?? '';
};

describe('the channel of eventbridge', () => {
  it('P4: sends a detail with the payload, which says what the message is as for http', async () => {
    const detail = await detailOf(
      { key: 'é 1', traceparent: '00-a-b-01', headers: { b: '2' }, payload: Buffer.from('{"n": 1.50}') },
      { a: '1', b: '1' },
    );
    expect(JSON.parse(detail)).toEqual({
      'webhook-id': 'msg_1',
      'idempotency-key': 'msg_1',
      'meridian-due-at': '2026-11-22T09:00:00.000Z',
      'meridian-attempt': '2',
      'meridian-key': '%C3%A9%201',
      traceparent: '00-a-b-01',
      'meridian-headers': { a: '1', b: '2' },
      payload: { n: 1.5 },
    });
    expect(detail).toContain('"payload":{"n": 1.50}');
  });

  it('gives rules the source and the detail type of the target to match', async () => {
    const sender = bus();
    await outcomesOf(makeEventBridgeChannel(sender), target, deliveriesOf(1));
    expect(sender.taken(BUS)).toMatchObject([{ source: 'com.example', detailType: 'Push' }]);
  });

  it.each(['{"a":1},"webhook-id":"forged"', '1}', '', '\uFEFF{}', 'NaN'])(
    'I8: %j, which is no JSON, arrives byte for byte and forges nothing',
    async (text) => {
      const detail = JSON.parse(await detailOf({ payload: Buffer.from(text) }));
      expect(detail).toMatchObject({ 'webhook-id': 'msg_1', 'meridian-encoding': 'base64' });
      expect(Buffer.from(detail.payload, 'base64').toString()).toBe(text);
    },
  );

  it('I8: any JSON arrives as it was sent', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), async (json) => {
        const detail = await detailOf({ payload: Buffer.from(json) });
        expect(detail.endsWith(`,"payload":${Buffer.from(json).toString()}}`)).toBe(true);
        expect(JSON.parse(detail)).not.toHaveProperty('meridian-encoding');
      }),
    );
  });

  it('F06: leaves out what the bus did not take, with its reason', async () => {
    const reasons: readonly (EntryFault['reason'] | undefined)[] = ['refused', undefined, 'unavailable', 'unknown'];
    const sender = bus(({ detail }) => reasons[Number(JSON.parse(detail)['webhook-id'].slice('msg_'.length))]);
    expect(await outcomesOf(makeEventBridgeChannel(sender), target, deliveriesOf(4))).toEqual([
      failed('BUS_REFUSED', false, false),
      SENT,
      failed('BUS_UNAVAILABLE', true, false),
      failed('BUS_UNKNOWN', true, true),
    ]);
  });

  it('F08: stays within ten entries and below 1 MB a call', async () => {
    const { calls, sender } = recordingSender<EventEntry>();
    const payload = Buffer.from(JSON.stringify('x'.repeat(150_000)));
    await outcomesOf(makeEventBridgeChannel(sender), target, [...deliveriesOf(14, { payload }), ...deliveriesOf(20)]);
    for (const call of calls) {
      expect(call.length).toBeLessThanOrEqual(10);
      const bytes = call.map(({ source, detailType, detail }) => source.length + detailType.length + detail.length);
      expect(bytes.reduce((sum, size) => sum + size, 0)).toBeLessThan(1_000_000);
    }
    expect(calls.map((call) => call.length)).toEqual([6, 6, 10, 10, 2]);
  });
});
