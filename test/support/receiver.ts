import type { Target } from '../../shared/core/delivery/target.ts';
import type { EpochMs } from '../../shared/core/time/epoch.ts';
import type { Channel, Delivery, Outcome } from '../../shared/ports/channel.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import { withoutCanary } from './canary.ts';

/** One arrival at the receiver; `by` is the worker that sent it. */
export type Arrival = {
  readonly id: string;
  readonly at: EpochMs;
  readonly dueAt: EpochMs;
  readonly attempt: number;
  readonly body: string;
  readonly target: string;
  readonly by: string;
};

export type Answer = (delivery: Delivery, at: EpochMs, target: Target) => Outcome | Promise<Outcome>;

/** A receiver of everybody that notes what arrives and answers by script; accepts everything unless told. */
export const makeReceiver = (clock: Pick<Clock, 'now'>, answer?: Answer) => {
  const arrivals: Arrival[] = [];
  const decoder = new TextDecoder();

  const take = (target: Target, delivery: Delivery, by: string): Outcome | Promise<Outcome> => {
    const { messageId: id, dueAt, attempt, payload } = delivery;
    const at = clock.now();
    arrivals.push({ id, at, dueAt, attempt, body: withoutCanary(decoder.decode(payload)), target: target.name, by });
    return answer?.(delivery, at, target) ?? { kind: 'sent' };
  };

  /** The receiver as one worker reaches it. */
  const channelOf = (by: string): Channel => ({
    send: async (target, deliveries, report) => {
      const answers = deliveries.map((delivery) => take(target, delivery, by));
      await Promise.all(
        answers.map(async (outcome, index) => {
          report(index, outcome instanceof Promise ? await outcome : outcome);
        }),
      );
    },
  });
  return { arrivals, channelOf };
};
