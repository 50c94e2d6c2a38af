import type { NewMessage } from '../core/message/new-message.ts';
import { laneFor, minuteOf } from '../core/segment/bucket.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import type { EntryAddress } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs } from '../core/time/epoch.ts';
import type { Item } from '../ports/item-store.ts';
import type { Engine } from './engine.ts';
import type { PackedEntry } from './entry-packer.ts';
import { makeEntryPacker, messageIdsOf } from './entry-packer.ts';
import { sendHints } from './hints.ts';
import type { IdempotencyClaim } from './idempotency.ts';
import { claimIdempotencyKey } from './idempotency.ts';
import type { Intake, IntakeReceipts } from './message-desk.ts';
import type { NewEntry } from './packed-entry.ts';
import { passFences, toStoredEntry } from './store-entries.ts';

/** Entries are written so many at a time: one batch call. */
const WRITE_ENTRIES = 25;

/** So many writes may be under way before the caller has to wait. */
const MAX_WRITES = 3;

/** The item that is stored for a message whose due time counts from `acceptedAt` where it has passed. */
export const toEntryItem = (message: NewMessage, acceptedAt: EpochMs): EntryItem => {
  const { dueAt } = message;
  return dueAt >= acceptedAt ? message : { ...message, dueAt: acceptedAt, requestedAt: dueAt };
};

/** Stores packed entries in batches, a few at a time; each batch passes its fences by itself. */
const makeWriter = (engine: Engine, claim: IdempotencyClaim) => {
  const underWay = new Set<Promise<void>>();
  let failure: unknown;
  let written = false;
  let waiting: { place: EntryAddress; item: Item }[] = [];

  const start = (): void => {
    written = true;
    const batch = waiting;
    waiting = [];
    const write = (async () => {
      try {
        await claim.renew();
        await engine.store.putMany(batch.map(({ item }) => item));
        await sendHints(
          engine,
          await passFences(
            engine,
            batch.map(({ place }) => place),
          ),
        );
      } catch (error) {
        failure ??= error;
      }
    })();
    underWay.add(write);
    void write.then(() => underWay.delete(write));
  };

  return {
    hasWritten: (): boolean => written,
    take(entry: NewEntry): void {
      const { segment, sk } = entry;
      // Not the entry: its items would outlive the write, tens of thousands at a time.
      waiting.push({ place: { segment, sk }, item: toStoredEntry(engine, entry, claim.acceptedAt) });
      if (waiting.length >= WRITE_ENTRIES) start();
    },
    /** Waits while too much is under way. */
    room(): Promise<void> | undefined {
      if (failure !== undefined) return Promise.reject(failure);
      return underWay.size >= MAX_WRITES ? Promise.race(underWay) : undefined;
    },
    async end(): Promise<void> {
      if (waiting.length > 0) start();
      await Promise.all(underWay);
      if (failure !== undefined) throw failure;
    },
  };
};

const bookAccepted = (engine: Engine, byMinute: ReadonlyMap<number, number>): void => {
  for (const [minute, n] of byMinute) {
    engine.ledgers.book(minute, { accepted: n });
    engine.telemetry.count('accepted', n);
  }
};

type Receipts = { ids: string[]; dueAt: EpochMs[]; accepted: number };

const keepReceipts = (receipts: Receipts, { entry, positions }: PackedEntry): void => {
  const ids = messageIdsOf(entry);
  positions.forEach((position, index) => {
    receipts.ids[position] = ids[index] ?? '';
    receipts.dueAt[position] = entry.items[index]?.dueAt ?? epochMs(0);
  });
};

/**
 * Opens a bulk call. Its entries follow from the idempotency key, what the first try found, and the messages, so a
 * call that is tried again after any fault writes the same entries to the same places.
 */
export const openIntake = async (
  engine: Engine,
  request: { idempotencyKey: string; bodyHash?: string; keepReceipts: boolean },
): Promise<Intake> => {
  const claim = await claimIdempotencyKey(engine, request.idempotencyKey, request.bodyHash);
  const { acceptedAt, replayed } = claim;
  const packer = makeEntryPacker(['bulk', request.idempotencyKey], { timeline: engine.timeline, shards: claim.shards });
  const timing = { ...engine.timing, lookaheadMs: claim.lookaheadMs };
  const writer = makeWriter(engine, claim);
  const receipts: Receipts = { ids: [], dueAt: [], accepted: 0 };
  let keeping = request.keepReceipts;
  const accepted = new Map<number, number>();

  const take = (packed: PackedEntry): void => {
    if (keeping) keepReceipts(receipts, packed);
    if (!replayed) writer.take(packed.entry);
  };

  const add = (message: NewMessage): Promise<void> | undefined => {
    const item = toEntryItem(message, acceptedAt);
    const minute = minuteOf(item.dueAt);
    receipts.accepted += 1;
    accepted.set(minute, (accepted.get(minute) ?? 0) + 1);
    const full = packer.add(item, minute, laneFor(minute, acceptedAt, timing));
    if (full.length === 0) return undefined;
    for (const packed of full) take(packed);
    return writer.room();
  };

  const finish = async (bodyHash: string): Promise<IntakeReceipts> => {
    for (const packed of packer.drain()) take(packed);
    if (!replayed) await writer.end();
    await claim.finish(bodyHash);
    if (!replayed) bookAccepted(engine, accepted);
    return receipts;
  };

  const forgetReceipts = (): void => {
    keeping = false;
    receipts.ids = [];
    receipts.dueAt = [];
  };

  const abandon = (): Promise<void> => claim.abandon(writer.hasWritten());
  return { acceptedAt, replayed, add, forgetReceipts, finish, abandon };
};
