import { describe, expect, it } from 'vitest';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { ALL, itemOf, keyOf, newPk, readPages, sortKeys } from './fixtures.ts';

/** A conditional write happens if and only if its condition holds. */
export function conditions(store: () => ItemStore): void {
  describe('a condition', () => {
    it('of absence holds once', async () => {
      const pk = newPk();
      expect(await store().put(itemOf(pk, 's', { doc: '1' }), 'absent')).toBe('stored');
      expect(await store().put(itemOf(pk, 's', { doc: '2' }), 'absent')).toBe('conflict');
      expect((await store().get(keyOf(pk)))?.doc).toBe('1');
    });

    it('of absence concerns the sort key, not the partition', async () => {
      const pk = newPk();
      await store().put(itemOf(pk, 'a'), 'absent');
      expect(await store().put(itemOf(pk, 'b'), 'absent')).toBe('stored');
    });

    it.each([0, 1, 41, 2 ** 40])('of version %d holds for exactly that one', async (version) => {
      const pk = newPk();
      await store().put(itemOf(pk, 's', { version }), 'absent');
      expect(await store().put(itemOf(pk, 's', { version: 99 }), version + 1)).toBe('conflict');
      expect(await store().put(itemOf(pk, 's', { version: version + 1 }), version)).toBe('stored');
      expect(await store().put(itemOf(pk, 's', { version: version + 2 }), version)).toBe('conflict');
      expect((await store().get(keyOf(pk)))?.version).toBe(version + 1);
    });

    it.each([0, 1])('of version %d does not hold for what is absent', async (version) => {
      const pk = newPk();
      expect(await store().put(itemOf(pk), version)).toBe('conflict');
      expect(await store().remove(keyOf(pk), version)).toBe('conflict');
      expect(await store().get(keyOf(pk))).toBeUndefined();
    });

    it('lets one of 20 racers win, by absence', async () => {
      const pk = newPk();
      const racers = Array.from({ length: 20 }, (_, n) => store().put(itemOf(pk, 's', { doc: String(n) }), 'absent'));
      const results = await Promise.all(racers);
      expect(results.filter((result) => result === 'stored')).toHaveLength(1);
      expect((await store().get(keyOf(pk)))?.doc).toBe(String(results.indexOf('stored')));
    });

    it('lets one of 20 racers win, by version, round after round', async () => {
      const pk = newPk();
      await store().put(itemOf(pk, 's', { version: 0 }), 'absent');
      for (let version = 0; version < 5; version++) {
        const next = (n: number) => itemOf(pk, 's', { version: version + 1, doc: String(n) });
        const results = await Promise.all(Array.from({ length: 20 }, (_, n) => store().put(next(n), version)));
        expect(results.filter((result) => result === 'stored')).toHaveLength(1);
        expect(await store().get(keyOf(pk))).toEqual(next(results.indexOf('stored')));
      }
    });
  });
}

/** Removing. */
export function removals(store: () => ItemStore): void {
  describe('remove', () => {
    it('takes away the item, and nothing else', async () => {
      const pk = newPk();
      await store().putMany([itemOf(pk, 'a'), itemOf(pk, 'b')]);
      expect(await store().remove(keyOf(pk, 'a'), 'any')).toBe('removed');
      expect(sortKeys((await readPages(store(), { table: 'segments', pk, ...ALL })).flat())).toEqual(['b']);
      expect(await store().put(itemOf(pk, 'a'), 'absent')).toBe('stored');
    });

    it('of what is not there is fine, unless a version was expected', async () => {
      expect(await store().remove(keyOf(newPk()), 'any')).toBe('removed');
      expect(await store().remove(keyOf(newPk()), 'absent')).toBe('removed');
    });

    it('keeps to its condition', async () => {
      const pk = newPk();
      await store().put(itemOf(pk, 's', { version: 4 }), 'any');
      expect(await store().remove(keyOf(pk), 3)).toBe('conflict');
      expect(await store().remove(keyOf(pk), 'absent')).toBe('conflict');
      expect(await store().get(keyOf(pk))).toBeDefined();
      expect(await store().remove(keyOf(pk), 4)).toBe('removed');
      expect(await store().get(keyOf(pk))).toBeUndefined();
    });
  });
}
