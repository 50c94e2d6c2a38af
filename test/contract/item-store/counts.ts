import { describe, expect, it } from 'vitest';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { itemOf, keyOf, newPk } from './fixtures.ts';

/** Counts that several add to. */
export function counts(store: () => ItemStore): void {
  describe('add', () => {
    it('moves counts and makes the item where it is absent', async () => {
      const pk = newPk();
      await store().add(keyOf(pk), { sent: 2, 'a.b#c': 1 });
      await store().add(keyOf(pk), { sent: -5, dead: 1 });
      expect(await store().get(keyOf(pk))).toEqual({
        ...keyOf(pk),
        version: 0,
        counts: { sent: -3, 'a.b#c': 1, dead: 1 },
      });
    });

    it('leaves the rest of an item as it is', async () => {
      const pk = newPk();
      const item = itemOf(pk, 's', {
        version: 3,
        doc: '{}',
        body: new Uint8Array([1]),
        expiresAt: 9,
        counts: { a: 1 },
      });
      await store().put(item, 'any');
      await store().add(keyOf(pk), { a: 1, b: 1 });
      expect(await store().get(keyOf(pk))).toEqual({ ...item, counts: { a: 2, b: 1 } });
    });

    it('makes an item of version 0, which a writer can expect', async () => {
      const pk = newPk();
      await store().add(keyOf(pk), { a: 1 });
      expect(await store().put(itemOf(pk), 'absent')).toBe('conflict');
      expect(await store().put(itemOf(pk), 0)).toBe('stored');
    });

    it('of nothing does nothing', async () => {
      const pk = newPk();
      await store().add(keyOf(pk), {});
      expect(await store().get(keyOf(pk))).toBeUndefined();
    });

    it('loses none of 100 that come together', async () => {
      const pk = newPk();
      await Promise.all(Array.from({ length: 100 }, (_, n) => store().add(keyOf(pk), { all: 1, [`of${n % 3}`]: n })));
      const sums = [0, 1, 2].map((rest) => Array.from({ length: 100 }, (_, n) => (n % 3 === rest ? n : 0)));
      const [of0, of1, of2] = sums.map((ns) => ns.reduce((sum, n) => sum + n));
      expect((await store().get(keyOf(pk)))?.counts).toEqual({ all: 100, of0, of1, of2 });
    });
  });
}
