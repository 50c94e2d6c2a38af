import type { Bits } from '../../core/bits.ts';
import type { Target } from '../../core/delivery/target.ts';
import type { Heap } from '../../core/heap.ts';
import type { OpenedEntry } from '../../core/segment/entry.ts';
import type { Ledger } from '../../core/segment/ledger.ts';
import type { Unit } from '../../core/segment/segment-key.ts';
import type { SentRuns } from '../../core/segment/sent-runs.ts';
import type { CarriedItem, EndedItem, LogRecord } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { Delivery } from '../../ports/channel.ts';
import type { Item } from '../../ports/item-store.ts';
import type { OutcomeBus } from '../../ports/outcome-bus.ts';
import type { Engine } from '../engine.ts';
import type { KeyedRecord } from '../keyed-record.ts';
import type { FoldedEntry } from '../packed-entry.ts';
import type { TargetLookup } from '../target-registry.ts';
import type { Bell, HoldCursor } from './hold-cursor.ts';
import type { TombstoneReader } from './tombstones.ts';

/** What the sender stands on; one per process. */
export type SendDeps = {
  readonly engine: Engine;
  readonly targets: TargetLookup;
  readonly cursor: HoldCursor;
  readonly gates: TargetGates;
  readonly tombstones: TombstoneReader;
  /** Unpacked bytes of late entries, of all units together, that are open ahead of their time. */
  readonly ahead: { bytes: number; readonly most: number };
  /** To be awaited before anything is stored: ticks know of all shards that this process stores into (C3). */
  readonly shardsAreKnown: () => Promise<unknown> | undefined;
  /** Where there is one: told of what ended and was not sent. */
  readonly outcomes?: OutcomeBus | undefined;
};

/** What a look at the key's record said about a reference. */
export type Agreement =
  | { readonly kind: 'agrees'; readonly record: KeyedRecord }
  | { readonly kind: 'cancelled' }
  /** The record cannot be read, or is gone (F34, F51). */
  | { readonly kind: 'damaged' }
  /** It was never committed, and cannot be any more. */
  | { readonly kind: 'void' };

/** An entry in the hands of a worker. Items below `next` are handed on, or were decided before. */
export type OpenEntry = {
  readonly sk: string;
  readonly n: number;
  readonly fresh: number;
  readonly redriven: number;
  /** In an entry of references: their stamp (G1). */
  readonly writtenAt: EpochMs;
  readonly idPrefix: string;
  readonly keyed: boolean;
  readonly decided: Bits;
  readonly started: Bits | undefined;
  /** Dropped while the next item is far away and room is short. */
  opened: OpenedEntry | FoldedEntry | undefined;
  bytes: number;
  next: number;
  nextDue: EpochMs;
  /** All its targets were looked up. */
  targetsKnown: boolean;
  /** Some of its items were decided in a way that has them looked at once more, when it is carried out. */
  carries: boolean;
  /** In an entry of references: items below it were compared with their records. */
  compared: number;
  readonly agreements: Map<number, Agreement> | undefined;
};

/** A carried item and what it takes in an entry, bytes at most. */
export type SizedCarry = { readonly item: CarriedItem; readonly bytes: number };

/** Decisions that one record will take. */
export type Outbox = {
  decisions: number;
  /** What they take in the record, bytes at most. */
  bytes: number;
  ended: EndedItem[];
  carried: SizedCarry[];
  /** Attempts of at-most-once messages, to be logged before they start. */
  starting: Job[];
  steps: Record<keyof Ledger, number>;
  voids: number;
  /** Entries with new decisions, and what of them was sent. */
  touched: Map<OpenEntry, SentRuns> | undefined;
  /** When the first of the carried items comes due. */
  firstCarried: number;
  /** For the running figures of each target. */
  byTarget: Map<string, { sent: number; failed: number; dead: number }> | undefined;
};

/** One item on its way to its target. */
export type Job = {
  readonly run: UnitRun;
  readonly entry: OpenEntry;
  readonly index: number;
  readonly target: Target;
  readonly delivery: Delivery;
  readonly paced: boolean;
  readonly atMostOnce: boolean;
  readonly notAfter: EpochMs | undefined;
  startedAt: EpochMs;
};

/** A unit under one lease of this process. */
export type UnitRun = {
  readonly deps: SendDeps;
  readonly unit: Unit;
  readonly bell: Bell;
  /** No attempt starts from here on; the unit is handed back. */
  readonly stopAt: EpochMs;
  /** Set by a graceful stop. */
  readonly stopped: () => boolean;
  last: LogRecord;
  readonly decidedBefore: ReadonlyMap<string, Bits>;
  readonly startedBefore: ReadonlyMap<string, Bits>;
  readonly entries: Map<string, OpenEntry>;
  readonly order: Heap<OpenEntry>;
  /** All targets that listed entries name, and those that were looked up. */
  readonly targetNames: Set<string>;
  readonly targets: Map<string, Target | undefined>;
  /** The entry of a late unit, where it was read beside the lease, until it is listed. */
  prefetched: Item | undefined;
  /** `reached` is when the last entry that was listed comes due first: entries behind it come no earlier. */
  listing: { after: string | undefined; done: boolean; reached: number };
  listed: { fresh: number; redriven: number; undecided: number };
  /** Decisions and records of this owner so far. */
  tally: { decisions: number; records: number };
  bytes: number;
  /** Its share of what is open ahead. */
  ahead: number;
  /** When the first of the entries that were dropped comes due. */
  droppedDue: number;
  verifiedThrough: number;
  tombstones: ReadonlySet<string>;
  inFlight: number;
  /** A gate gave up an item that is due. */
  abandoned: boolean;
  /** Decisions since the last record; `sealed` ones are full and go before them, each into a record of its own. */
  outbox: Outbox;
  sealed: Outbox[];
  /** Records that were put and are not carried out yet, with the entries that they decide about. */
  logged: { readonly record: LogRecord; readonly entries: readonly OpenEntry[] }[];
  confirmed: number;
  checkpointAt: EpochMs;
  busy: { loading: boolean; verifying: boolean; writing: boolean; carrying: boolean };
  /** Another owner took over: nothing more may be written or started. */
  lost: boolean;
  failure: unknown;
};

/**
 * So many items of a unit may be with their gates. More stay packed, so that a herd of a million takes no more memory
 * than one of thousands; the unit goes on when half of them ended.
 */
export const MAX_HELD = 10_000;

/** One gate for each target, through which all its items leave. */
export type TargetGates = {
  submit(jobs: readonly Job[]): void;
  /** Gives back what waits for the slowest target of a unit that is full, so that the others get their turn (P10). */
  relieve(run: UnitRun): void;
};

/** Its maps are made when there is something to put into them: a thousand units wait with none. */
export const makeOutbox = (): Outbox => ({
  decisions: 0,
  bytes: 0,
  ended: [],
  carried: [],
  starting: [],
  steps: { accepted: 0, sent: 0, dead: 0, cancelled: 0, expired: 0, unknown: 0, retrying: 0 },
  voids: 0,
  touched: undefined,
  firstCarried: Number.POSITIVE_INFINITY,
  byTarget: undefined,
});
