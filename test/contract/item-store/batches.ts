import { describe, expect, it } from 'vitest';
import type { Item, ItemStore } from '../../../shared/ports/item-store.ts';
import { itemOf, KB, keyOf, newPk, numbered } from './fixtures.ts';

/** Calls of any number of items. */
export function batches(store: () => ItemStore): void {
  describe('many at once', () => {
    it('F29: stores 260 items of three tables and reads them with 300 keys', async () => {
      const pk = newPk();
      const items = numbered(pk, 260, { doc: '{}' }).map((item, n): Item => {
        return { ...item, table: (['segments', 'keys', 'control'] as const)[n % 3] ?? 'keys' };
      });
      await store().putMany(items);
      const absent = numbered(newPk(), 40);
      const found = await store().getMany([...absent, ...items]);
      const bySk = (a: Item, b: Item) => (a.sk < b.sk ? -1 : 1);
      expect(found.toSorted(bySk)).toEqual(items);
    });

    it('stores more than one call takes in bytes', async () => {
      const pk = newPk();
      const items = numbered(pk, 30, { body: new Uint8Array(380 * KB).fill(1) });
      await store().putMany(items);
      const found = await store().getMany(items);
      expect(found).toHaveLength(30);
      expect(found.every(({ body }) => body?.length === 380 * KB)).toBe(true);
    });

    it('does nothing for none', async () => {
      await store().putMany([]);
      expect(await store().getMany([])).toEqual([]);
    });

    it('stores the last of equal keys, and reads equal keys once', async () => {
      const pk = newPk();
      await store().putMany([itemOf(pk, 's', { doc: '1' }), itemOf(pk, 't'), itemOf(pk, 's', { doc: '2' })]);
      const found = await store().getMany([keyOf(pk), keyOf(pk, 't'), keyOf(pk)]);
      expect(found.map(({ sk, doc }) => [sk, doc]).toSorted()).toEqual([
        ['s', '2'],
        ['t', undefined],
      ]);
    });

    it('overwrites whatever is there', async () => {
      const pk = newPk();
      await store().put(itemOf(pk, 's', { version: 5, counts: { a: 1 } }), 'any');
      await store().putMany([itemOf(pk, 's', { version: 2 }), itemOf(pk, 't')]);
      expect(await store().get(keyOf(pk))).toEqual(itemOf(pk, 's', { version: 2 }));
    });
  });
}
