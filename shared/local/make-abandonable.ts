import { faultFailure } from '../core/delivery/outcome.ts';
import type { Channel, Outcome } from '../ports/channel.ts';

/** What the target did is not known: the attempt may have reached it. */
const ABANDONED: Outcome = { kind: 'failed', ...faultFailure('TIMEOUT') };

export type Abandonable = {
  wrap(channel: Channel): Channel;
  /** Ends all attempts under way, and new ones at once; what they report after that is dropped. */
  abandon(): void;
};

/** Channels whose attempts can be ended, so that a receiver that does not answer cannot hold up a stopping process. */
export const makeAbandonable = (): Abandonable => {
  const underWay = new Set<() => void>();
  let abandoned = false;

  const wrap = (channel: Channel): Channel => ({
    send: async (target, deliveries, report) => {
      const open = new Set(deliveries.keys());
      const settle = (index: number, outcome: Outcome): void => {
        if (open.delete(index)) report(index, outcome);
      };
      const giveUp = () => {
        for (const index of [...open]) settle(index, ABANDONED);
      };
      if (abandoned) return giveUp();
      underWay.add(giveUp);
      await channel.send(target, deliveries, settle);
      underWay.delete(giveUp);
    },
  });

  return {
    wrap,
    abandon: () => {
      abandoned = true;
      for (const giveUp of underWay) giveUp();
    },
  };
};
