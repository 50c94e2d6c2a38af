import { faultFailure } from '../core/delivery/outcome.ts';
import type { Channel, Outcome } from '../ports/channel.ts';

const NO_ENDPOINT: Outcome = { kind: 'failed', ...faultFailure('NO_ENDPOINT') };

/** Reaches nothing: for kinds of targets whose service this process was not told the endpoint of. */
export const makeUnreachableChannel = (): Channel => ({
  send: (_target, deliveries, report) => {
    for (const index of deliveries.keys()) report(index, NO_ENDPOINT);
    return Promise.resolve();
  },
});
