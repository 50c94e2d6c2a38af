import { afterAll, beforeAll, describe } from 'vitest';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { batches } from './item-store/batches.ts';
import { conditions, removals } from './item-store/conditions.ts';
import { counts } from './item-store/counts.ts';
import { identity, items } from './item-store/items.ts';
import { model } from './item-store/model.ts';
import { order } from './item-store/order.ts';
import { pages, queries } from './item-store/queries.ts';
import { limits, refusals } from './item-store/refusals.ts';

/** A store that others may be using at the same time. */
export type OpenStore = { readonly store: ItemStore; close(): Promise<void> };

/** Where an engine is not like DynamoDB, so that the suite leaves it out. */
export type Deviation = 'bounds by UTF-16';

export type StoreSuite = {
  readonly name: string;
  /** How often each property is tried. */
  readonly runs: number;
  readonly deviations?: readonly Deviation[];
};

/** What every adapter of `ItemStore` does. */
export function itemStoreContract({ name, runs, deviations = [] }: StoreSuite, open: () => Promise<OpenStore>): void {
  describe(`ItemStore on ${name}`, { timeout: 30_000 }, () => {
    let opened: OpenStore | undefined;
    beforeAll(async () => {
      opened = await open();
    }, 60_000);
    afterAll(() => opened?.close());
    const store = (): ItemStore => {
      if (!opened) throw new Error('The store is not open.');
      return opened.store;
    };
    items(store);
    identity(store);
    conditions(store);
    removals(store);
    counts(store);
    batches(store);
    queries(store);
    pages(store);
    order(store, { runs, ...(deviations.includes('bounds by UTF-16') && { below: '\uD800' }) });
    model(store, runs);
    refusals(store);
    limits(store);
  });
}
