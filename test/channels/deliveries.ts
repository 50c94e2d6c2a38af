import { expect } from 'vitest';
import type { Destination, Target } from '../../shared/core/delivery/target.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { BatchSender } from '../../shared/ports/batch-sender.ts';
import type { Channel, Delivery, Outcome } from '../../shared/ports/channel.ts';

export const targetTo = (destination: Destination, changes: Partial<Target> = {}): Target => ({
  name: 'orders',
  destination,
  timeoutMs: 1234,
  retry: { maxAttempts: 3, delaysMs: [1], jitter: 0 },
  delivery: 'at-least-once',
  headers: {},
  createdAt: epochMs(0),
  ...changes,
});

export const deliveryOf = (messageId: string, changes: Partial<Delivery> = {}): Delivery => ({
  messageId,
  payload: Buffer.from(`{"id":"${messageId}"}`),
  dueAt: epochMs(Date.UTC(2026, 10, 22, 9)),
  attempt: 2,
  ...changes,
});

export const deliveriesOf = (count: number, changes: Partial<Delivery> = {}): Delivery[] =>
  Array.from({ length: count }, (_, n) => deliveryOf(`msg_${n}`, changes));

/** Sends, and sees to it that each delivery is reported once. */
export const outcomesOf = async (
  channel: Channel,
  target: Target,
  deliveries: readonly Delivery[],
): Promise<Outcome[]> => {
  const outcomes: Outcome[] = [];
  await channel.send(target, deliveries, (index, outcome) => {
    expect(outcomes[index]).toBeUndefined();
    outcomes[index] = outcome;
  });
  expect(Object.keys(outcomes)).toHaveLength(deliveries.length);
  return outcomes;
};

export const SENT: Outcome = { kind: 'sent' };

export const failed = (reason: string, retryable: boolean, effectPossible: boolean): Outcome => ({
  kind: 'failed',
  reason,
  retryable,
  effectPossible,
});

/** A sender that takes everything, and its calls. */
export const recordingSender = <Entry>() => {
  const calls: (readonly Entry[])[] = [];
  const sender: BatchSender<Entry> = {
    sendBatch: async (_address, entries) => {
      calls.push(entries);
      return [];
    },
  };
  return { calls, sender };
};
