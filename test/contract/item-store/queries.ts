import { describe, expect, it } from 'vitest';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { ALL, itemOf, KB, keyOf, newPk, numbered, readPages, sortKeys } from './fixtures.ts';

/** Ranges. */
export function queries(store: () => ItemStore): void {
  describe('query', () => {
    it('gives the range between its bounds, both inclusive', async () => {
      const pk = newPk();
      await store().putMany(numbered(pk, 10));
      const range = { table: 'segments', pk, from: 's000003', to: 's000006' } as const;
      const inOrder = ['s000003', 's000004', 's000005', 's000006'];
      expect(sortKeys((await readPages(store(), range)).flat())).toEqual(inOrder);
      expect(sortKeys((await readPages(store(), { ...range, reverse: true })).flat())).toEqual(inOrder.toReversed());
    });

    it.each([
      ['absent bounds', 's0000035', 's0000055', ['s000004', 's000005']],
      ['one key', 's000004', 's000004', ['s000004']],
      ['a gap', 's0000041', 's0000042', []],
      ['bounds that cross', 's000006', 's000003', []],
      ['all before', '!', '"', []],
      ['all behind', 't', 'u', []],
    ])('of %s', async (_, from, to, expected) => {
      const pk = newPk();
      await store().putMany(numbered(pk, 10));
      for (const reverse of [false, true]) {
        const pages = await readPages(store(), { table: 'segments', pk, from, to, reverse });
        expect(sortKeys(pages.flat())).toEqual(reverse ? expected.toReversed() : expected);
      }
    });

    it('of a partition that does not exist is empty', async () => {
      expect(await store().query({ table: 'segments', pk: newPk(), ...ALL })).toEqual({ items: [] });
    });

    it('sees every write that was acknowledged', async () => {
      const pk = newPk();
      for (let n = 1; n <= 20; n++) {
        await store().put(itemOf(pk, `s${n}`), 'absent');
        expect((await readPages(store(), { table: 'segments', pk, ...ALL })).flat()).toHaveLength(n);
      }
    });
  });
}

/** Pages, F31. */
export function pages(store: () => ItemStore): void {
  describe('a page', () => {
    it.each([1, 3, 10, 11])(
      'F31: gives pages of at most %d items that together are all, in both directions',
      async (limit) => {
        const pk = newPk();
        const items = numbered(pk, 10);
        await store().putMany(items);
        for (const reverse of [false, true]) {
          const pages = await readPages(store(), { table: 'segments', pk, ...ALL, limit, reverse });
          expect(pages.every((page) => page.length <= limit)).toBe(true);
          expect(pages.flat()).toEqual(reverse ? items.toReversed() : items);
        }
      },
    );

    it('F31: goes on behind the last key although that was removed meanwhile', async () => {
      const pk = newPk();
      await store().putMany(numbered(pk, 6));
      const first = await store().query({ table: 'segments', pk, from: 's000002', to: 't', limit: 1 });
      await store().remove(keyOf(pk, 's000002'), 'any');
      await store().put(itemOf(pk, 's0000021'), 'any');
      const rest = await readPages(store(), {
        table: 'segments',
        pk,
        from: 's000002',
        to: 't',
        after: first.next ?? '',
      });
      expect(sortKeys(rest.flat())).toEqual(['s0000021', 's000003', 's000004', 's000005']);
    });

    it('F31: reads 5 MB in pages of about one', async () => {
      const pk = newPk();
      const items = numbered(pk, 100, { body: new Uint8Array(50 * KB).fill(3) });
      await store().putMany(items);
      const pages = await readPages(store(), { table: 'segments', pk, ...ALL });
      expect(sortKeys(pages.flat())).toEqual(sortKeys(items));
      expect(pages.length).toBeGreaterThanOrEqual(4);
      expect(Math.max(...pages.map((page) => page.length))).toBeLessThanOrEqual(25);
    });
  });
}
