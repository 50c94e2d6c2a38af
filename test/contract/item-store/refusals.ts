import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { MAX_ITEM_BYTES } from '../../../shared/ports/item-limits.ts';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { ALL, itemOf, KB, keyOf, newPk, readPages } from './fixtures.ts';

/** What no store takes. */
export function refusals(store: () => ItemStore): void {
  describe('refuses, and stores nothing of', () => {
    const tooLong = { pk: 'é'.repeat(1025), sk: '語'.repeat(342) };
    it.each([
      ['an empty partition key', '', 's'],
      ['an empty sort key', 'p', ''],
      ['I6: a partition key of more than 2,048 bytes', tooLong.pk, 's'],
      ['I6: a sort key of more than 1,024 bytes', 'p', tooLong.sk],
      ['I7: half a surrogate pair in a partition key', 'p\uD800', 's'],
      ['I7: half a surrogate pair in a sort key', 'p', 's\uDC00'],
    ])('%s', async (_, pk, sk) => {
      const rejected = expect.objectContaining({ name: 'StoreError', code: 'REJECTED' });
      const calls = [
        () => store().get(keyOf(pk, sk)),
        () => store().getMany([keyOf(newPk()), keyOf(pk, sk)]),
        () => store().put(itemOf(pk, sk), 'any'),
        () => store().putMany([itemOf(newPk()), itemOf(pk, sk)]),
        () => store().remove(keyOf(pk, sk), 'any'),
        () => store().query({ table: 'segments', pk, from: sk, to: sk }),
        () => store().add(keyOf(pk, sk), { a: 1 }),
      ];
      for (const call of calls) await expect(call()).rejects.toEqual(rejected);
    });

    it.each([0, -1, 1.5, Number.NaN])('a limit of %d', async (limit) => {
      const call = store().query({ table: 'segments', pk: newPk(), ...ALL, limit });
      await expect(call).rejects.toMatchObject({ code: 'REJECTED', message: expect.stringContaining(`${limit}`) });
    });

    it.each([
      ['body', { body: new Uint8Array(MAX_ITEM_BYTES) }],
      ['doc', { doc: `"${'é'.repeat(MAX_ITEM_BYTES / 2)}"` }],
      ['doc and body together', { doc: `"${'x'.repeat(200 * KB)}"`, body: new Uint8Array(200 * KB) }],
      ['counts', { counts: Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`${'n'.repeat(1000)}${n}`, n])) }],
    ])('F32: an item of more than 400 KB by its %s', async (_, large) => {
      const pk = newPk();
      const tooLarge = { name: 'StoreError', code: 'TOO_LARGE', message: expect.stringContaining('409600') };
      await expect(store().put(itemOf(pk, 's', large), 'any')).rejects.toMatchObject(tooLarge);
      await expect(store().putMany([itemOf(pk, 'fits'), itemOf(pk, 's', large)])).rejects.toMatchObject(tooLarge);
      expect(await readPages(store(), { table: 'segments', pk, ...ALL })).toEqual([[]]);
    });
  });
}

/** The limits themselves. */
export function limits(store: () => ItemStore): void {
  describe('at the limits', () => {
    it('I6: takes keys of 2,048 and 1,023 bytes', async () => {
      const pk = randomUUID() + 'é'.repeat(1006);
      const longest = itemOf(pk, '語'.repeat(341));
      expect(await store().put(longest, 'absent')).toBe('stored');
      expect(await store().get(longest)).toEqual(longest);
    });

    it.each([
      ['body', { body: new Uint8Array(399 * KB).fill(7) }],
      ['doc', { doc: `"${'é'.repeat(199 * KB)}"` }],
    ])('F32: takes 399 KB of %s', async (_, large) => {
      const item = itemOf(newPk(), 's', large);
      expect(await store().put(item, 'any')).toBe('stored');
      expect(await store().get(item)).toEqual(item);
    });
  });
}
