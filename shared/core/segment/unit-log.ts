import type { Bits } from '../bits.ts';
import { hasBit, makeBits, setBit } from '../bits.ts';
import { fromRuns } from '../runs.ts';
import type { EpochMs } from '../time/epoch.ts';
import type { Minute } from './bucket.ts';
import type { Ledger } from './ledger.ts';
import { latenessOf } from './sent-runs.ts';

/*
 * The log of a unit is its lease, its checkpoint and its history in one: records 0, 1, 2 …, each one conditional put
 * on absence. Whoever puts record n has seen all before it, or the put fails. So:
 *
 * U1  Records of one epoch have one owner; a record of a higher epoch ends the rights of all lower ones (fencing).
 * U2  An item with a decision in any record is never attempted again by this unit.
 * U3  A decision to carry an item elsewhere, to bury it, or to tell of its end, stands in the log before it is carried
 *     out, and holds all that is needed to carry it out again to the same place. `confirmed` says through which record that is done.
 * U4  A unit is settled when its last record says so: every item has a decision and every decision is carried out.
 * U5  An announcement (by a writer that may have missed the close) opens a settled unit again.
 */

/** Sent items of one entry, as `SentRuns` has them; records of earlier releases have a lateness for each item in `l`. */
export type SentItems = { readonly e: string; readonly i: readonly number[]; readonly l: readonly number[] };

/** Items of at-most-once messages whose attempt is about to start, as runs. */
export type StartedItems = { readonly e: string; readonly i: readonly number[] };

/** `void`: a reference whose keyed message was never committed; it does not count as accepted. */
export type EndKind = 'dead' | 'cancelled' | 'expired' | 'unknown' | 'void';

/** An item that ended in another way than `sent`. */
export type EndedItem = {
  readonly e: string;
  readonly i: number;
  readonly k: EndKind;
  readonly attempts: number;
  readonly reason?: string;
  readonly status?: number;
  readonly response?: string;
};

/** An item that goes on elsewhere: a retry (`reason` says of what), or a message that waits for its target. */
export type CarriedItem = {
  readonly e: string;
  readonly i: number;
  readonly dueAt: EpochMs;
  readonly attempt: number;
  readonly reason?: string;
  readonly status?: number;
  readonly paced?: true;
};

/** The new entry that carried items make up, in their order. */
export type Carry = {
  readonly minute: Minute;
  readonly shard: number;
  readonly sk: string;
  readonly items: readonly CarriedItem[];
};

export type LogRecord = {
  readonly seq: number;
  /** Tells one's own put from another's when the answer was lost. */
  readonly nonce: string;
  readonly at: EpochMs;
  readonly epoch: number;
  readonly owner: string;
  /** The end of the lease; 0 where it was given back. */
  readonly until: number;
  /** With a lease given back: when the next item comes due. */
  readonly resumeAt?: EpochMs;
  readonly started?: readonly StartedItems[];
  readonly sent?: readonly SentItems[];
  readonly ended?: readonly EndedItem[];
  readonly carries?: readonly Carry[];
  /** Entries that a reader of before this record may have missed. */
  readonly announced?: readonly string[];
  /** Carries, dead letters and what is told of ends in records up to this one are carried out. */
  readonly confirmed: number;
  /** Everything since the first record. `accepted` is filled in when the unit settles. */
  readonly ledger: Ledger;
  /** References of messages that were never committed, since the first record. */
  readonly voids: number;
  readonly settled: boolean;
};

/** A unit as its log tells it. */
export type UnitState = {
  readonly last: LogRecord | undefined;
  /** Items with a decision, by entry. */
  readonly decided: ReadonlyMap<string, Bits>;
  /** Items of at-most-once messages whose attempt may have started, by entry. */
  readonly started: ReadonlyMap<string, Bits>;
  /** Records that hold a decision which is not known to be carried out. */
  readonly unconfirmed: readonly LogRecord[];
  readonly records: number;
};

const bitsOf = (map: Map<string, Bits>, entry: string): Bits => {
  const known = map.get(entry);
  if (known) return known;
  const made = makeBits();
  map.set(entry, made);
  return made;
};

const markRuns = (map: Map<string, Bits>, entry: string, runs: readonly number[]): void => {
  const bits = bitsOf(map, entry);
  for (const index of fromRuns(runs)) setBit(bits, index);
};

/** An end that others are told of; a cancel is known to whoever asked for it. */
export type PublishedItem = EndedItem & { readonly k: 'dead' | 'expired' | 'unknown' };

export const isPublished = (ended: EndedItem): ended is PublishedItem =>
  ended.k === 'dead' || ended.k === 'expired' || ended.k === 'unknown';

export const hasWorkToConfirm = (record: LogRecord): boolean =>
  (record.carries?.length ?? 0) > 0 || (record.ended?.some(isPublished) ?? false);

/** Reads a unit's records, in order, into its state. */
export const foldLog = (records: readonly LogRecord[]): UnitState => {
  const decided = new Map<string, Bits>();
  const started = new Map<string, Bits>();
  for (const record of records) {
    for (const { e, i } of record.started ?? []) markRuns(started, e, i);
    for (const { e, i } of record.sent ?? []) markRuns(decided, e, i);
    for (const { e, i } of record.ended ?? []) setBit(bitsOf(decided, e), i);
    for (const carry of record.carries ?? []) for (const { e, i } of carry.items) setBit(bitsOf(decided, e), i);
  }
  const last = records.at(-1);
  const confirmed = last?.confirmed ?? -1;
  const unconfirmed = records.filter((record) => record.seq > confirmed && hasWorkToConfirm(record));
  return { last, decided, started, unconfirmed, records: records.length };
};

export const isDecided = (state: UnitState, entry: string, index: number): boolean => {
  const bits = state.decided.get(entry);
  return bits !== undefined && hasBit(bits, index);
};

/** What one unit did to an item, as its log has it. */
export type ItemFate =
  | { readonly kind: 'undecided' }
  | { readonly kind: 'sent'; readonly latenessMs: number; readonly at: EpochMs }
  | { readonly kind: 'ended'; readonly item: EndedItem; readonly at: EpochMs }
  | {
      readonly kind: 'carried';
      readonly carry: Carry;
      readonly item: CarriedItem;
      readonly index: number;
      readonly at: EpochMs;
    };

const fateIn = (record: LogRecord, entry: string, index: number): ItemFate | undefined => {
  for (const sent of record.sent ?? []) {
    if (sent.e !== entry) continue;
    const latenessMs = latenessOf(sent, index);
    if (latenessMs !== undefined) return { kind: 'sent', latenessMs, at: record.at };
  }
  const item = record.ended?.find(({ e, i }) => e === entry && i === index);
  if (item) return { kind: 'ended', item, at: record.at };
  for (const carry of record.carries ?? []) {
    const position = carry.items.findIndex(({ e, i }) => e === entry && i === index);
    const carried = carry.items[position];
    if (carried) return { kind: 'carried', carry, item: carried, index: position, at: record.at };
  }
  return undefined;
};

/** Finds what became of item `index` of `entry`. */
export const fateOf = (records: readonly LogRecord[], entry: string, index: number): ItemFate => {
  for (const record of records) {
    const fate = fateIn(record, entry, index);
    if (fate) return fate;
  }
  return { kind: 'undecided' };
};
