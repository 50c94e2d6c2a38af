import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Expect, Item, ItemStore } from '../../../shared/ports/item-store.ts';
import { ALL, byUtf8, itemOf, keyOf, newPk, readPages } from './fixtures.ts';

/** What a store must be equal to: a map from sort keys to items. */
type Model = Map<string, Item>;

/** A step on the real store of one partition and on the model; it compares the answers. */
type Step = (store: ItemStore, pk: string, model: Model) => Promise<void>;

const SORT_KEYS = ['a', 'b', 'ba', 'é', '語'];

const sk = fc.constantFrom(...SORT_KEYS);
const version = fc.integer({ min: 0, max: 3 });
const expected = fc.oneof(fc.constantFrom<Expect>('any', 'absent'), version);
const counts = fc.dictionary(fc.constantFrom('x', 'y'), fc.integer({ min: -9, max: 9 }), { minKeys: 1 });
const content = fc.record(
  { version, doc: fc.json(), body: fc.uint8Array({ maxLength: 40 }), expiresAt: fc.nat(), counts },
  { requiredKeys: ['version'] },
);

const holds = (expect: Expect, stored: Item | undefined): boolean => {
  if (expect === 'any') return true;
  return expect === 'absent' ? stored === undefined : stored?.version === expect;
};

const put = fc.record({ sk, content, expected }).map(
  ({ sk, content, expected }): Step =>
    async (store, pk, model) => {
      const item = itemOf(pk, sk, content);
      const happens = holds(expected, model.get(sk));
      expect(await store.put(item, expected)).toBe(happens ? 'stored' : 'conflict');
      if (happens) model.set(sk, item);
    },
);

const remove = fc.record({ sk, expected }).map(
  ({ sk, expected }): Step =>
    async (store, pk, model) => {
      const happens = holds(expected, model.get(sk));
      expect(await store.remove(keyOf(pk, sk), expected)).toBe(happens ? 'removed' : 'conflict');
      if (happens) model.delete(sk);
    },
);

const putMany = fc.array(fc.record({ sk, content }), { maxLength: 6 }).map(
  (all): Step =>
    async (store, pk, model) => {
      const items = all.map(({ sk, content }) => itemOf(pk, sk, content));
      await store.putMany(items);
      for (const item of items) model.set(item.sk, item);
    },
);

const add = fc.record({ sk, counts }).map(
  ({ sk, counts }): Step =>
    async (store, pk, model) => {
      await store.add(keyOf(pk, sk), counts);
      const item = model.get(sk) ?? itemOf(pk, sk, { version: 0 });
      const sums = { ...item.counts };
      for (const [name, count] of Object.entries(counts)) sums[name] = (sums[name] ?? 0) + count;
      model.set(sk, { ...item, counts: sums });
    },
);

const sorted = (items: Iterable<Item>): Item[] => [...items].toSorted((a, b) => byUtf8(a.sk, b.sk));

const getMany = fc.array(sk, { maxLength: 6 }).map(
  (sks): Step =>
    async (store, pk, model) => {
      const found = await store.getMany(sks.map((each) => keyOf(pk, each)));
      const wanted = new Set(sks.flatMap((each) => model.get(each) ?? []));
      expect(sorted(found)).toEqual(sorted(wanted));
    },
);

const query = fc.record({ reverse: fc.boolean(), limit: fc.integer({ min: 1, max: 4 }) }).map(
  (how): Step =>
    async (store, pk, model) => {
      const pages = await readPages(store, { table: 'segments', pk, ...ALL, ...how });
      const all = sorted(model.values());
      expect(pages.flat()).toEqual(how.reverse ? all.toReversed() : all);
    },
);

const steps = fc.array(fc.oneof(put, put, remove, putMany, add, getMany, query), { minLength: 1, maxLength: 30 });

/** Any sequence of calls has the answers, and leaves the items, that a plain map would. */
export function model(store: () => ItemStore, runs: number): void {
  describe('any sequence of calls', () => {
    it('is answered as by a map', async () => {
      await fc.assert(
        fc.asyncProperty(steps, async (all) => {
          const pk = newPk();
          const expectedItems: Model = new Map();
          for (const step of all) await step(store(), pk, expectedItems);
          for (const each of SORT_KEYS) {
            expect(await store().get(keyOf(pk, each))).toEqual(expectedItems.get(each));
          }
        }),
        { numRuns: runs },
      );
    }, 60_000);
  });
}
