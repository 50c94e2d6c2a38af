import { hash32 } from '../../core/hash.ts';
import type { ItemKey, ItemStore } from '../../ports/item-store.ts';
import { StoreError } from '../../ports/store-error.ts';
import { eachPage } from '../unit-journal.ts';
import { COUNTER_NAMES, type CounterName } from './counter-names.ts';

export type Counters = Readonly<Record<CounterName, number>>;

export type ProcessCounters = {
  count(process: string, steps: Partial<Counters>): void;
  /** Adds what was counted to the store. */
  flush(): Promise<void>;
  read(process: string): Promise<Counters>;
};

/** Items that share the load of a process. */
const STRIPES = 4;

const partitionOf = (process: string): string => `process-counts#${process}`;

const keyOf = (process: string, stripe: number): ItemKey => ({
  table: 'control',
  pk: partitionOf(process),
  sk: String(stripe),
});

const NOTHING = Object.fromEntries(COUNTER_NAMES.map((name) => [name, 0])) as Record<CounterName, number>;

export const makeProcessCounters = (store: ItemStore, owner: string): ProcessCounters => {
  const stripe = hash32(owner) % STRIPES;
  let gathered = new Map<string, Record<CounterName, number>>();

  const count = (process: string, steps: Partial<Counters>): void => {
    const known = gathered.get(process) ?? { ...NOTHING };
    gathered.set(process, known);
    for (const [name, n] of Object.entries(steps)) known[name as CounterName] += n;
  };

  /** A figure is not worth a failure: what was certainly not added is kept for the next flush. */
  const add = async (process: string, counts: Record<CounterName, number>): Promise<void> => {
    const moved = Object.fromEntries(Object.entries(counts).filter(([, n]) => n !== 0));
    if (Object.keys(moved).length === 0) return;
    try {
      await store.add(keyOf(process, stripe), moved);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      if (error.code !== 'UNKNOWN') count(process, counts);
    }
  };

  return {
    count,
    flush: async () => {
      const taken = gathered;
      gathered = new Map();
      await Promise.all([...taken].map(([process, counts]) => add(process, counts)));
    },
    read: async (process) => {
      const sum = { ...NOTHING };
      await eachPage(store, { table: 'control', pk: partitionOf(process), from: '0', to: '~' }, ({ items }) => {
        for (const { counts = {} } of items) {
          for (const name of COUNTER_NAMES) sum[name] += counts[name] ?? 0;
        }
      });
      return sum;
    },
  };
};
