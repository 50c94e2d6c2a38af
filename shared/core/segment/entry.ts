import type { DeliveryGuarantee } from '../delivery/target.ts';
import type { ZoneResolution } from '../message/new-message.ts';
import type { EpochMs } from '../time/epoch.ts';

/** What most items have not: kept once per distinct value in a packed entry. */
export type ItemExtras = {
  readonly headers?: Readonly<Record<string, string>>;
  readonly notAfter?: EpochMs;
  readonly onMissed?: 'send' | 'skip';
  readonly delivery?: DeliveryGuarantee;
  readonly traceparent?: string;
  readonly zone?: ZoneResolution;
  readonly unspreadAt?: EpochMs;
  /** What was asked for, where that had passed and the time of acceptance took its place. */
  readonly requestedAt?: EpochMs;
  /** Set on an item that came from another entry: the id it was accepted under. */
  readonly id?: string;
  /** Set on an item that came from another entry: when it was due at first. */
  readonly firstDueAt?: EpochMs;
  /** The number of the next attempt, where it is not the first. */
  readonly attempt?: number;
  /** Why the last attempt failed. */
  readonly lastError?: string;
  /** Its due time is a slot that the target's rate gave it, so the rate is not asked again. */
  readonly paced?: true;
  /** It counts as accepted here although it brings its id: the entry that would have given it was never stored. */
  readonly fresh?: true;
  /** It was a dead letter before, so the ledger takes one off `dead`. */
  readonly redriven?: true;
};

/** One thing that comes due: a message with its payload inline, or a reference to the message of a key. */
export type EntryItem = ItemExtras & {
  readonly dueAt: EpochMs;
  readonly target: string;
  /** JSON text exactly as it was sent; absent in a reference. */
  readonly payload?: string | Uint8Array;
  /** The caller's own name for it. */
  readonly ref?: string;
  /** With `token` a reference: to be delivered only if the message of this key still has this token. */
  readonly key?: string;
  readonly token?: string;
};

/** A decoded entry; items are built one at a time, as they are needed. */
export type OpenedEntry = {
  /** Every target that an item names. */
  readonly targets: readonly string[];
  readonly n: number;
  dueAt(index: number): EpochMs;
  item(index: number): EntryItem;
  /** An item without `ref`, which nobody needs who only sends it. */
  unnamed(index: number): EntryItem;
};

/** True for an item that counts as accepted where it lies: neither a retry, nor deferred, nor redriven. */
export const isFresh = (item: ItemExtras): boolean => item.id === undefined || item.fresh === true;
