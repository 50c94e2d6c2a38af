import { describe, expect, it } from 'vitest';
import { makeEventBridgeOutcomeBus } from '../../../shared/aws/eventbridge/eventbridge-outcome-bus.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { makeMemoryBatchSender } from '../../../shared/memory/memory-batch-sender.ts';
import { makeVirtualClock } from '../../../shared/memory/virtual-clock.ts';
import type { BatchSender, EntryFault, EventEntry } from '../../../shared/ports/batch-sender.ts';
import type { FinalOutcome } from '../../../shared/ports/outcome-bus.ts';

const START = epochMs(Date.UTC(2026, 10, 23, 9, 0, 0));
const BUS = 'outcomes';

const outcome = (n: number): FinalOutcome => ({
  kind: 'dead',
  id: `msg_${n}`,
  key: `order-${n}`,
  target: 'push',
  reason: 'HTTP_500',
  attempts: 3,
  dueAt: START,
  at: epochMs(START + 1_500),
});

const outcomes = (count: number): FinalOutcome[] => Array.from({ length: count }, (_, n) => outcome(n));

/** A bus behind `sender`, on a clock that goes on whenever somebody waits. */
function openBus(sender: BatchSender<EventEntry>) {
  const clock = makeVirtualClock(START);
  const bus = makeEventBridgeOutcomeBus({ sender, eventBus: BUS, clock, random: () => 1 });
  const publish = async (count: number): Promise<number> => {
    let lost: number | undefined;
    void bus.publish(outcomes(count)).then((n) => {
      lost = n;
    });
    for (;;) {
      await clock.advanceTo(clock.now());
      if (lost !== undefined) return lost;
      await clock.advanceTo(clock.nextWakeAt() ?? clock.now());
    }
  };
  return { clock, publish };
}

/** A sender that says of each entry what `judge` says, and counts its calls. */
function judging(judge: (call: number, index: number) => EntryFault['reason'] | undefined) {
  const calls: number[] = [];
  const sender: BatchSender<EventEntry> = {
    sendBatch: async (_, entries) => {
      calls.push(entries.length);
      return entries.flatMap((_entry, index) => {
        const reason = judge(calls.length, index);
        return reason === undefined ? [] : [{ index, reason }];
      });
    },
  };
  return { sender, calls };
}

describe('the bus of outcomes', () => {
  it('P23 gets an event for each message, with its facts and nothing else', async () => {
    const sender = makeMemoryBatchSender<EventEntry>({ addresses: [BUS] });
    expect(await openBus(sender).publish(23)).toBe(0);
    const events = sender.taken(BUS);
    expect(events).toHaveLength(23);
    expect(events[22]).toMatchObject({ source: 'meridian', detailType: 'meridian.message.dead' });
    expect(JSON.parse(events[22]?.detail ?? '')).toEqual({
      id: 'msg_22',
      key: 'order-22',
      target: 'push',
      reason: 'HTTP_500',
      attempts: 3,
      dueAt: '2026-11-23T09:00:00.000Z',
      at: '2026-11-23T09:00:01.500Z',
    });
  });

  it('F06 is asked again for what it did not take, and for nothing else', async () => {
    const { sender, calls } = judging((call, index) => (call === 1 && index < 3 ? 'unavailable' : undefined));
    expect(await openBus(sender).publish(10)).toBe(0);
    expect(calls).toEqual([10, 3]);
  });

  it('is not asked again for what it refuses', async () => {
    const { sender, calls } = judging((_, index) => (index === 0 ? 'refused' : undefined));
    expect(await openBus(sender).publish(20)).toBe(2);
    expect(calls).toEqual([10, 10]);
  });

  it('P10 that is down is given up after seconds, and then left alone for half a minute', async () => {
    let isDown = true;
    const { sender, calls } = judging(() => (isDown ? 'unknown' : undefined));
    const { clock, publish } = openBus(sender);
    expect(await publish(1_000)).toBe(1_000);
    expect(clock.now() - START).toBeLessThanOrEqual(6_000);
    const tried = calls.length;
    expect(await publish(30)).toBe(30);
    expect(calls).toHaveLength(tried);
    isDown = false;
    clock.setTo(epochMs(clock.now() + 30_000));
    expect(await publish(30)).toBe(0);
  });
});
