import { formatInstant } from '../core/time/instant.ts';
import type { Channel } from '../ports/channel.ts';
import type { Telemetry } from '../ports/telemetry.ts';

/** Writes one note a message; the payload shows only as its size (P23). */
export const makeLogChannel = (telemetry: Telemetry): Channel => ({
  send: async (target, deliveries, report) => {
    for (const [index, delivery] of deliveries.entries()) {
      telemetry.note('info', 'message delivered to the log', {
        target: target.name,
        id: delivery.messageId,
        dueAt: formatInstant(delivery.dueAt),
        attempt: delivery.attempt,
        bytes: delivery.payload.length,
      });
      report(index, { kind: 'sent' });
    }
  },
});
