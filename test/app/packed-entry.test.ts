import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { NewEntry } from '../../shared/app/packed-entry.ts';
import { FoldedEntry, packEntry, unpackEntry } from '../../shared/app/packed-entry.ts';
import type { EntryItem } from '../../shared/core/segment/entry.ts';
import { isFresh } from '../../shared/core/segment/entry.ts';
import { entrySortKey } from '../../shared/core/segment/segment-key.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Item } from '../../shared/ports/item-store.ts';
import { anyItems } from '../core/segment/any-item.ts';

const TIMES = { writtenAt: epochMs(1_700_000_000_000), expiresAt: epochMs(1_700_000_000_001) };

const entryOf = (items: readonly EntryItem[]): NewEntry => ({
  segment: { timeline: 'send', minute: 7, shard: 3 },
  sk: entrySortKey('E', items[0]?.dueAt ?? epochMs(0), 'AAAAAAAAAAA'),
  items,
});

/** All that a reader takes from an entry. */
const read = (item: Item) => {
  const unpacked = unpackEntry(item);
  return (
    unpacked && {
      info: unpacked.info,
      items: Array.from({ length: unpacked.info.n }, (_, n) => unpacked.opened.item(n)),
    }
  );
};

test('a folded entry has the same items', () => {
  fc.assert(
    fc.property(anyItems, (items) => {
      const item = packEntry(entryOf(items), TIMES);
      const opened = unpackEntry(item)?.opened;
      const again = opened && new FoldedEntry(item, opened);
      expect(again).toMatchObject({ n: items.length, targets: opened?.targets });
      for (let n = items.length - 1; n >= 0; n -= 1) {
        expect(again?.item(n)).toEqual(opened?.item(n));
        expect(again?.dueAt(n)).toBe(opened?.dueAt(n));
      }
    }),
  );
});

test('a folded entry opens once until it is closed, and then again', () => {
  const item = packEntry(entryOf([{ dueAt: epochMs(1_700_000_000_000), target: 'a', payload: '1' }]), TIMES);
  const opened = unpackEntry(item)?.opened;
  let reads = 0;
  const watched = new Proxy(item, {
    get: (stored, name) => {
      if (name === 'doc') reads += 1;
      return stored[name as keyof Item];
    },
  });
  const again = opened && new FoldedEntry(watched, opened);
  const readsOf = (act: () => unknown): number => {
    reads = 0;
    act();
    return reads;
  };
  expect(readsOf(() => again?.dueAt(0))).toBe(1);
  expect(readsOf(() => again?.item(0))).toBe(0);
  again?.close();
  expect(readsOf(() => again?.item(0))).toBe(1);
});

test('what was looked at gives its memory back, and what is stored can be opened again', () => {
  const payload = JSON.stringify('long enough to be compressed '.repeat(50));
  fc.assert(
    fc.property(fc.oneof(anyItems, fc.constant([{ dueAt: epochMs(0), target: 'a', payload }])), (items) => {
      const item = packEntry(entryOf(items), TIMES);
      const before = read(item);
      const looked = unpackEntry(item);
      const payloads = items.map((_, n) => looked?.opened.unnamed(n).payload as Uint8Array | undefined);
      looked?.forget();
      const isCompressed = item.body?.[0] === 0x28 && item.body[1] === 0xb5;
      if (isCompressed) for (const bytes of payloads) expect(bytes?.length ?? 0).toBe(0);
      expect(read(item)).toEqual(before);
    }),
  );
});

test('an entry says how many of its items count here, and when it was written', () => {
  fc.assert(
    fc.property(anyItems, (items) => {
      const item = packEntry(entryOf(items), TIMES);
      expect(read(item)?.info).toEqual({
        n: items.length,
        fresh: items.filter(isFresh).length,
        redriven: items.filter(({ redriven }) => redriven).length,
        writtenAt: TIMES.writtenAt,
      });
      expect(item).toMatchObject({ table: 'segments', pk: 'send#7#3', version: 1, expiresAt: 1_700_000_001 });
      expect(packEntry(entryOf(structuredClone(items)), TIMES)).toEqual(item);
    }),
  );
});

test('F51 no flipped bit of the body gives an item', () => {
  fc.assert(
    fc.property(anyItems, fc.nat(), fc.integer({ min: 0, max: 7 }), (items, place, bit) => {
      const item = packEntry(entryOf(items), TIMES);
      const body = new Uint8Array(item.body ?? []);
      const at = place % body.length;
      body[at] = (body[at] ?? 0) ^ (1 << bit);
      expect(unpackEntry({ ...item, body })).toBeUndefined();
    }),
  );
});

test('F51 a changed character of the figures gives nothing, or the same again', () => {
  fc.assert(
    fc.property(anyItems, fc.nat(), fc.integer({ min: 0x20, max: 0x7e }), (items, place, code) => {
      const item = packEntry(entryOf(items), TIMES);
      const doc = item.doc ?? '';
      const at = place % doc.length;
      const changed = doc.slice(0, at) + String.fromCharCode(code) + doc.slice(at + 1);
      const found = read({ ...item, doc: changed });
      if (found) expect(found).toEqual(read(item));
    }),
  );
});

test('F51 an item without its parts, or with the parts of another, gives nothing', () => {
  const item = packEntry(entryOf([{ dueAt: epochMs(1), target: 'push', payload: '{}' }]), TIMES);
  const other = packEntry(entryOf([{ dueAt: epochMs(1), target: 'push', payload: '[]' }]), TIMES);
  const { doc, body, ...rest } = item;
  const parts: Item[] = [
    rest,
    { ...rest, ...(doc ? { doc } : {}) },
    { ...rest, ...(body ? { body } : {}) },
    { ...item, ...(other.body ? { body: other.body } : {}) },
    { ...item, doc: 'null' },
    { ...item, doc: '[]' },
    { ...item, body: new Uint8Array(0) },
  ];
  for (const part of parts) expect(unpackEntry(part)).toBeUndefined();
});

test('F51 a body that unpacks to more than any call can bring is not unpacked', () => {
  const large = entryOf([{ dueAt: epochMs(1), target: 'push', payload: 'x'.repeat(17 * 1024 * 1024) }]);
  const item = packEntry(large, TIMES);
  expect(item.body?.length).toBeLessThan(10_000);
  expect(unpackEntry(item)).toBeUndefined();
});
