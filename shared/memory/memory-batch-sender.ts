import type { BatchSender, EntryFault } from '../ports/batch-sender.ts';

export type MemoryBatchSender<Entry> = BatchSender<Entry> & {
  /** What a queue, topic or bus has taken, in the order in which it came. */
  taken(address: string): readonly Entry[];
};

export type MemoryBatchOptions<Entry> = {
  /** The queues, topics or buses that there are; what is sent elsewhere is refused. */
  readonly addresses: readonly string[];
  /** Why an entry is not taken; `undefined` where it is. */
  readonly fault?: (entry: Entry) => EntryFault['reason'] | undefined;
};

/** A {@link BatchSender} in this process, which keeps what it takes. */
export function makeMemoryBatchSender<Entry>({
  addresses,
  fault = () => undefined,
}: MemoryBatchOptions<Entry>): MemoryBatchSender<Entry> {
  const kept = new Map<string, Entry[]>(addresses.map((address) => [address, []]));
  return {
    sendBatch: async (address, entries) => {
      const place = kept.get(address);
      return entries.flatMap((entry, index) => {
        const reason = place === undefined ? 'refused' : fault(entry);
        if (reason !== undefined) return [{ index, reason }];
        place?.push(entry);
        return [];
      });
    },
    taken: (address) => kept.get(address) ?? [],
  };
}
