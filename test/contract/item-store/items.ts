import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { ItemStore } from '../../../shared/ports/item-store.ts';
import { ALL, itemOf, keyOf, newPk, readPages } from './fixtures.ts';

/** What is put comes back. */
export function items(store: () => ItemStore): void {
  describe('an item', () => {
    it('comes back as it was put, by get, getMany and query', async () => {
      const pk = newPk();
      const full = itemOf(pk, 's', {
        version: 7,
        doc: '{"text":"\\u0000 \u{1F600} \uFFFE ñ \\"quoted\\""}',
        body: new Uint8Array(randomBytes(1000)),
        counts: { sent: 3, dead: -1, 'odd name.#:$': 0.5, constructor: 2 },
        expiresAt: 1_800_000_000,
      });
      expect(await store().put(full, 'any')).toBe('stored');
      expect(await store().get(keyOf(pk))).toEqual(full);
      expect(await store().getMany([keyOf(pk)])).toEqual([full]);
      expect(await readPages(store(), { table: 'segments', pk, ...ALL })).toEqual([[full]]);
    });

    it('has only the attributes that it was given', async () => {
      const pk = newPk();
      await store().put(itemOf(pk, 's', { version: 0 }), 'any');
      expect(await store().get(keyOf(pk))).toEqual({ ...keyOf(pk), version: 0 });
    });

    it('is replaced whole, counts too', async () => {
      const pk = newPk();
      await store().put(itemOf(pk, 's', { doc: '1', counts: { a: 1 }, expiresAt: 5 }), 'any');
      await store().put(itemOf(pk, 's', { version: 2 }), 'any');
      expect(await store().get(keyOf(pk))).toEqual({ ...keyOf(pk), version: 2 });
    });

    it('has a body of any bytes, also of none', async () => {
      const pk = newPk();
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      await store().putMany([itemOf(pk, 'every', { body: every }), itemOf(pk, 'none', { body: new Uint8Array() })]);
      expect((await store().get(keyOf(pk, 'every')))?.body).toEqual(every);
      expect((await store().get(keyOf(pk, 'none')))?.body).toHaveLength(0);
    });
  });
}

/** What is put stays apart from everything else. */
export function identity(store: () => ItemStore): void {
  describe('an item', () => {
    it('is not the one of another table, partition or sort key', async () => {
      const [pk, other] = [newPk(), newPk()];
      await store().put(itemOf(pk, 'a'), 'any');
      expect(await store().get(keyOf(pk, 'A'))).toBeUndefined();
      expect(await store().get(keyOf(other, 'a'))).toBeUndefined();
      expect(await store().get({ table: 'control', pk, sk: 'a' })).toBeUndefined();
      expect(await store().get({ table: 'keys', pk, sk: 'a' })).toBeUndefined();
    });

    it('I2: has a key whose case, form and separators count', async () => {
      const pk = newPk();
      const sks = ['é', 'e\u0301', 'É', 'a#b', 'a##b', 'a/b', '%2e', '__proto__', '\u{1F600}', ' ', '\u0001', '\u202E'];
      await store().putMany(sks.map((sk) => itemOf(pk, sk, { doc: JSON.stringify(sk) })));
      for (const sk of sks) expect((await store().get(keyOf(pk, sk)))?.doc).toBe(JSON.stringify(sk));
    });

    it('is a copy: changing what went in or came out changes nothing', async () => {
      const pk = newPk();
      const body = Buffer.from([1, 2, 3]);
      const counts = { a: 1 };
      await store().put(itemOf(pk, 's', { body, counts }), 'any');
      body.fill(9);
      counts.a = 9;
      const first = await store().get(keyOf(pk));
      first?.body?.fill(8);
      Object.assign(first?.counts ?? {}, { a: 8 });
      const second = await store().get(keyOf(pk));
      expect([...(second?.body ?? [])]).toEqual([1, 2, 3]);
      expect(second?.counts).toEqual({ a: 1 });
    });
  });
}
