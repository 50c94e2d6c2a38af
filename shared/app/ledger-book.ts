import { makeLatenessHistogram, recordLateness } from '../core/delivery/lateness-histogram.ts';
import { hash32 } from '../core/hash.ts';
import type { Minute } from '../core/segment/bucket.ts';
import type { Ledger, LedgerField } from '../core/segment/ledger.ts';
import { LEDGER_FIELDS } from '../core/segment/ledger.ts';
import type { ItemKey, ItemStore } from '../ports/item-store.ts';
import { StoreError } from '../ports/store-error.ts';

/*
 * Running figures, gathered in the process and added to the store once in a while. They are estimates: a process that
 * dies takes its last ones with it. Once a bucket is settled, the exact ledger of its logs takes their place.
 */

/** Minutes that share an item: few enough that it stays below one write unit. */
export const MINUTES_PER_SLOT = 10;

/** Items that share the load of a slot. */
export const STRIPES = 4;

const SLOT_DIGITS = 10;

export type TargetCounts = { readonly sent?: number; readonly failed?: number; readonly dead?: number };

/** Takes figures without waiting; `flush` stores them. */
export type LedgerBook = {
  book(minute: Minute, steps: Partial<Ledger>): void;
  lateness(ms: number): void;
  target(name: string, counts: TargetCounts): void;
  flush(): Promise<void>;
};

export const slotKey = (stripe: number, minute: Minute): ItemKey => ({
  table: 'control',
  pk: `ledger#${stripe}`,
  sk: String(Math.floor(minute / MINUTES_PER_SLOT)).padStart(SLOT_DIGITS, '0'),
});

export const latenessKey = (stripe: number): ItemKey => ({ table: 'control', pk: 'lateness', sk: String(stripe) });

export const targetCountsKey = (stripe: number, name: string): ItemKey => ({
  table: 'control',
  pk: 'target-counts',
  sk: `${name}#${stripe}`,
});

/** The name of one figure of one minute within its slot. */
export const figureName = (minute: Minute, field: LedgerField): string => `${minute % MINUTES_PER_SLOT}${field}`;

/** The inverse of `figureName`, for a slot that starts at `slotStart`. */
export const parseFigure = (slotStart: Minute, name: string): { minute: Minute; field: LedgerField } | undefined => {
  const field = LEDGER_FIELDS.find((known) => known === name.slice(1));
  return field && { minute: slotStart + Number(name.charAt(0)), field };
};

type Counts = Record<string, number>;

/** What waits to be added to an item; `name` tells the items of a book apart. */
type Gathered = { readonly name: string; readonly key: ItemKey; readonly counts: Counts };

const count = (counts: Counts, field: string, n: number | undefined): void => {
  if (n) counts[field] = (counts[field] ?? 0) + n;
};

/** A book that adds to the items of one stripe, chosen by the owner's name. */
export const makeLedgerBook = (store: ItemStore, owner: string): LedgerBook => {
  const stripe = hash32(owner) % STRIPES;
  let gathered = new Map<string, Gathered>();
  let latenesses = makeLatenessHistogram();

  const countsOf = (name: string, keyOf: () => ItemKey): Counts => {
    const known = gathered.get(name);
    if (known) return known.counts;
    const counts: Counts = {};
    gathered.set(name, { name, key: keyOf(), counts });
    return counts;
  };

  const book = (minute: Minute, steps: Partial<Ledger>): void => {
    const counts = countsOf(`slot ${Math.floor(minute / MINUTES_PER_SLOT)}`, () => slotKey(stripe, minute));
    for (const field of LEDGER_FIELDS) if (steps[field]) count(counts, figureName(minute, field), steps[field]);
  };
  const lateness = (ms: number): void => recordLateness(latenesses, ms);
  const target = (name: string, { sent, failed, dead }: TargetCounts): void => {
    const counts = countsOf(`target ${name}`, () => targetCountsKey(stripe, name));
    count(counts, 'sent', sent);
    count(counts, 'failed', failed);
    count(counts, 'dead', dead);
  };

  /** An estimate is not worth a failure: what was certainly not added is kept for the next flush. */
  const addOrKeep = async ({ name, key, counts }: Gathered): Promise<void> => {
    try {
      await store.add(key, counts);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code === 'UNKNOWN') return;
      const kept = countsOf(name, () => key);
      for (const field in counts) count(kept, field, counts[field]);
    }
  };

  const flush = async (): Promise<void> => {
    const late = countsOf('lateness', () => latenessKey(stripe));
    for (const [ms, n] of latenesses.buckets) count(late, `${ms}ms`, n);
    const taken = [...gathered.values()].filter(({ counts }) => Object.keys(counts).length > 0);
    gathered = new Map();
    latenesses = makeLatenessHistogram();
    await Promise.all(taken.map(addOrKeep));
  };
  return { book, lateness, target, flush };
};
