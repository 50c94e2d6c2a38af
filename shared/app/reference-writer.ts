import { laneFor, minuteOf } from '../core/segment/bucket.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import type { EntryAddress } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs } from '../core/time/epoch.ts';
import type { Hint } from '../ports/pointer-queue.ts';
import type { Engine } from './engine.ts';
import type { PackedEntry } from './entry-packer.ts';
import { makeEntryPacker, messageIdsOf } from './entry-packer.ts';
import { makeGathering } from './gathering.ts';
import { sendHints } from './hints.ts';
import { passFences, toStoredEntry } from './store-entries.ts';

/** Where a reference lies, and its stamp: when it was written, and later than what its key refuses (G1). */
export type StoredReference = {
  readonly address: EntryAddress;
  readonly index: number;
  readonly id: string;
  readonly writtenAt: EpochMs;
  /**
   * To be called exactly once by every caller, when its keyed message is committed or given up; resolves when the hint
   * to the entry is sent. The hint goes out behind the last commit, so that no worker reads a reference too early.
   */
  release(): Promise<void>;
};

type Waiting = {
  readonly item: EntryItem;
  readonly after: EpochMs;
  readonly resolve: (stored: StoredReference) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * Stores references of concurrent callers together: those that come while one write is under way share the next, and
 * its stamp, which is behind `after`.
 */
export type ReferenceWriter = { write(item: EntryItem, after: EpochMs): Promise<StoredReference> };

export const makeReferenceWriter = (engine: Engine): ReferenceWriter => {
  let waiting: Waiting[] = [];
  let writing = false;
  const gathering = makeGathering(engine.clock);

  /** Sends the hints when all callers have released the entry; where there are none, nobody waits for the others. */
  const afterLast = (callers: number, hints: readonly Hint[]) => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    let left = callers;
    gathering.committing(callers);
    return async (): Promise<void> => {
      left -= 1;
      gathering.committing(-1);
      if (hints.length === 0) return;
      if (left === 0) resolve(sendHints(engine, hints));
      await promise;
    };
  };

  const store = async (batch: readonly Waiting[]): Promise<void> => {
    const now = engine.clock.now();
    const writtenAt = batch.reduce((latest, { after }) => epochMs(Math.max(latest, after + 1)), now);
    const packer = makeEntryPacker(['reference', engine.owner, engine.nonce()], engine);
    const packed: PackedEntry[] = [];
    for (const { item } of batch) {
      const minute = minuteOf(item.dueAt);
      packed.push(...packer.add(item, minute, laneFor(minute, now, engine.timing)));
    }
    packed.push(...packer.drain());
    await engine.store.putMany(packed.map(({ entry }) => toStoredEntry(engine, entry, writtenAt)));
    for (const { entry, positions } of packed) {
      const release = afterLast(positions.length, await passFences(engine, [entry]));
      const ids = messageIdsOf(entry);
      positions.forEach((position, index) => {
        batch[position]?.resolve({ address: entry, index, id: ids[index] ?? '', writtenAt, release });
      });
    }
  };

  const run = async (): Promise<void> => {
    writing = true;
    while (waiting.length > 0) {
      await gathering.wait(() => waiting.length);
      const batch = waiting;
      waiting = [];
      try {
        await store(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    writing = false;
  };

  return {
    write: (item, after) =>
      new Promise((resolve, reject) => {
        waiting.push({ item, after, resolve, reject });
        gathering.change();
        if (!writing) void run();
      }),
  };
};
