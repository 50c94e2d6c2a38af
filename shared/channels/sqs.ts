import { type FaultReason, faultFailure } from '../core/delivery/outcome.ts';
import type { Channel, Delivery, Outcome } from '../ports/channel.ts';
import {
  MAX_QUEUE_BATCH_BYTES,
  MAX_QUEUE_BATCH_ENTRIES,
  type QueueEntry,
  type QueueFault,
  type QueueSender,
} from '../ports/queue-sender.ts';
import { toQueueEntry } from './sqs-entry.ts';

/** Calls under way at once for one call of `send`. */
const CALLS = 16;

const SENT: Outcome = { kind: 'sent' };

const REASONS: Readonly<Record<QueueFault['reason'], FaultReason>> = {
  refused: 'QUEUE_REFUSED',
  unavailable: 'QUEUE_UNAVAILABLE',
  unknown: 'QUEUE_UNKNOWN',
};

type QueueBatch = { readonly indexes: number[]; readonly entries: QueueEntry[]; bytes: number };

/** Puts messages into a user's SQS queue, ten at a time, or fewer where they are large. */
export const makeSqsChannel = (sender: QueueSender): Channel => ({
  send: async ({ destination, headers, timeoutMs }, deliveries, report) => {
    if (destination.kind !== 'sqs') {
      for (const index of deliveries.keys()) report(index, failed('INVALID_REQUEST'));
      return;
    }
    const batches = packed(deliveries, headers);
    const work = async (): Promise<void> => {
      for (const { indexes, entries, bytes } of batches) {
        // Only an entry alone can be too large, see below; a call with it would fail as a whole.
        const faults =
          bytes > MAX_QUEUE_BATCH_BYTES
            ? faultsOfAll(entries, 'refused')
            : await sender
                .sendBatch(destination.queueUrl, entries, timeoutMs)
                .catch(() => faultsOfAll(entries, 'unknown'));
        const reasons = new Map(faults.map(({ index, reason }) => [index, REASONS[reason]]));
        for (const [at, index] of indexes.entries()) report(index, outcomeOf(reasons.get(at)));
      }
    };
    await Promise.all(Array.from({ length: CALLS }, work));
  },
});

const faultsOfAll = (entries: readonly QueueEntry[], reason: QueueFault['reason']): readonly QueueFault[] =>
  entries.map((_, index) => ({ index, reason }));

const outcomeOf = (reason: FaultReason | undefined): Outcome => (reason === undefined ? SENT : failed(reason));

const failed = (reason: FaultReason): Outcome => ({ kind: 'failed', ...faultFailure(reason) });

/** Batches within both limits, made as they are sent; an entry beyond the limit of bytes gets a batch of its own. */
function* packed(deliveries: readonly Delivery[], headers: Readonly<Record<string, string>>): Generator<QueueBatch> {
  let batch: QueueBatch = { indexes: [], entries: [], bytes: 0 };
  for (const [index, delivery] of deliveries.entries()) {
    const entry = toQueueEntry(delivery, headers);
    const bytes = sizeOf(entry);
    const isFull = batch.entries.length === MAX_QUEUE_BATCH_ENTRIES || batch.bytes + bytes > MAX_QUEUE_BATCH_BYTES;
    if (isFull && batch.entries.length > 0) {
      yield batch;
      batch = { indexes: [], entries: [], bytes: 0 };
    }
    batch.indexes.push(index);
    batch.entries.push(entry);
    batch.bytes += bytes;
  }
  if (batch.entries.length > 0) yield batch;
}

/** As SQS counts: body, and name, type and value of each attribute. */
const sizeOf = ({ body, attributes }: QueueEntry): number => {
  let bytes = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes)) {
    bytes += name.length + 'String'.length + Buffer.byteLength(value);
  }
  return bytes;
};
