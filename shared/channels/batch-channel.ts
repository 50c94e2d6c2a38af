import { type FaultReason, faultFailure } from '../core/delivery/outcome.ts';
import type { Destination, Target } from '../core/delivery/target.ts';
import { type BatchSender, type EntryFault, MAX_BATCH_ENTRIES } from '../ports/batch-sender.ts';
import type { Channel, Delivery, Outcome } from '../ports/channel.ts';

/** Calls under way at once for one call of `send`. */
const CALLS = 16;

const SENT: Outcome = { kind: 'sent' };

/** The destinations of one kind, and how messages become entries for them. */
export type BatchKind<Kind extends Destination['kind'], Entry> = {
  readonly kind: Kind;
  readonly addressOf: (destination: Extract<Destination, { kind: Kind }>) => string;
  readonly toEntry: (
    delivery: Delivery,
    targetHeaders: Target['headers'],
    destination: Extract<Destination, { kind: Kind }>,
  ) => Entry;
  readonly bytesOf: (entry: Entry) => number;
  /** What the entries of one call may have together. */
  readonly maxBytes: number;
  readonly reasons: Readonly<Record<EntryFault['reason'], FaultReason>>;
};

type Batch<Entry> = { readonly indexes: number[]; readonly entries: Entry[]; bytes: number };

/** A channel to a service that takes ten messages at a time, or fewer where they are large. */
export const makeBatchChannel = <Kind extends Destination['kind'], Entry>(
  kind: BatchKind<Kind, Entry>,
  sender: BatchSender<Entry>,
): Channel => ({
  send: async (target, deliveries, report) => {
    const { destination, headers, timeoutMs } = target;
    if (!isOf(destination, kind.kind)) {
      for (const index of deliveries.keys()) report(index, failed('INVALID_REQUEST'));
      return;
    }
    const batches = packed(kind, deliveries, (delivery) => kind.toEntry(delivery, headers, destination));
    const address = kind.addressOf(destination);
    const work = async (): Promise<void> => {
      for (const { indexes, entries, bytes } of batches) {
        // Only an entry alone can be too large, see below; a call with it would fail as a whole.
        const faults =
          bytes > kind.maxBytes
            ? faultsOfAll(entries, 'refused')
            : await sender.sendBatch(address, entries, timeoutMs).catch(() => faultsOfAll(entries, 'unknown'));
        const reasons = new Map(faults.map(({ index, reason }) => [index, kind.reasons[reason]]));
        for (const [at, index] of indexes.entries()) report(index, outcomeOf(reasons.get(at)));
      }
    };
    await Promise.all(Array.from({ length: CALLS }, work));
  },
});

const isOf = <Kind extends Destination['kind']>(
  destination: Destination,
  kind: Kind,
): destination is Extract<Destination, { kind: Kind }> => destination.kind === kind;

const faultsOfAll = <Entry>(entries: readonly Entry[], reason: EntryFault['reason']): readonly EntryFault[] =>
  entries.map((_, index) => ({ index, reason }));

const outcomeOf = (reason: FaultReason | undefined): Outcome => (reason === undefined ? SENT : failed(reason));

const failed = (reason: FaultReason): Outcome => ({ kind: 'failed', ...faultFailure(reason) });

/** Batches within both limits, made as they are sent; an entry beyond the limit of bytes gets a batch of its own. */
function* packed<Entry>(
  { bytesOf, maxBytes }: Pick<BatchKind<Destination['kind'], Entry>, 'bytesOf' | 'maxBytes'>,
  deliveries: readonly Delivery[],
  toEntry: (delivery: Delivery) => Entry,
): Generator<Batch<Entry>> {
  let batch: Batch<Entry> = { indexes: [], entries: [], bytes: 0 };
  for (const [index, delivery] of deliveries.entries()) {
    const entry = toEntry(delivery);
    const bytes = bytesOf(entry);
    const isFull = batch.entries.length === MAX_BATCH_ENTRIES || batch.bytes + bytes > maxBytes;
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
