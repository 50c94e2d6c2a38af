import { randomFillSync } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PackedEntry } from '../../shared/app/entry-packer.ts';
import { makeEntryPacker, messageIdsOf } from '../../shared/app/entry-packer.ts';
import { packEntry } from '../../shared/app/packed-entry.ts';
import type { Lane } from '../../shared/core/segment/bucket.ts';
import { minuteOf } from '../../shared/core/segment/bucket.ts';
import type { EntryItem } from '../../shared/core/segment/entry.ts';
import { parseMessageId } from '../../shared/core/segment/message-id.ts';
import { parseEntrySortKey } from '../../shared/core/segment/segment-key.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { itemBytes, MAX_ITEM_BYTES } from '../../shared/ports/item-limits.ts';

const SHARDS = 16;
const START = 29_000_000 * 60_000;

type Input = { readonly item: EntryItem; readonly lane: Lane };

const inputs: fc.Arbitrary<Input[]> = fc.array(
  fc.record({
    item: fc.record({
      dueAt: fc.integer({ min: 0, max: 180_000 }).map((offset) => epochMs(START + offset)),
      target: fc.constantFrom('push', 'mail'),
      payload: fc.integer({ min: 2, max: 60_000 }).map((length) => 'x'.repeat(length)),
    }),
    lane: fc.constantFrom<Lane>('E', 'L'),
  }),
  { minLength: 1, maxLength: 40 },
);

const pack = (all: readonly Input[], identity: readonly string[] = ['bulk', 'k']): PackedEntry[] => {
  const packer = makeEntryPacker(identity, { timeline: 'send', shards: SHARDS });
  const full = all.flatMap(({ item, lane }) => packer.add(item, minuteOf(item.dueAt), lane));
  return [...full, ...packer.drain()];
};

const TIMES = { writtenAt: epochMs(START), expiresAt: epochMs(START) };

test('each item is in one entry, at the position in which it came, in its own bucket and lane', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const packed = pack(all);
      const seen = packed.flatMap(({ positions }) => positions).sort((a, b) => a - b);
      expect(seen).toEqual(all.map((_, position) => position));
      for (const { entry, positions } of packed) {
        positions.forEach((position, index) => {
          expect(entry.items[index]).toBe(all[position]?.item);
          expect(minuteOf(entry.items[index]?.dueAt ?? epochMs(0))).toBe(entry.segment.minute);
          expect(parseEntrySortKey(entry.sk)?.lane).toBe(all[position]?.lane);
        });
      }
    }),
    { numRuns: 50 },
  );
});

test('the items of an entry are in due order, those of one instant as they came, and its key has the first', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      for (const { entry, positions } of pack(all)) {
        const order = positions.map((position, index) => (entry.items[index]?.dueAt ?? 0) * 100 + position);
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(parseEntrySortKey(entry.sk)?.firstDue).toBe(entry.items[0]?.dueAt);
        expect(entry.segment.shard).toBeLessThan(SHARDS);
      }
    }),
    { numRuns: 50 },
  );
});

test('F43 the same call gives the same entries, another call or key gives others', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const places = (packed: readonly PackedEntry[]) =>
        packed.map(({ entry }) => `${entry.segment.minute} ${entry.sk}`);
      expect(pack(structuredClone(all))).toEqual(pack(all));
      const other = new Set(places(pack(all, ['bulk', 'k2'])));
      expect(places(pack(all)).filter((place) => other.has(place))).toEqual([]);
    }),
    { numRuns: 50 },
  );
});

test('the ids of all messages differ and say where they lie', () => {
  fc.assert(
    fc.property(inputs, (all) => {
      const packed = pack(all);
      const ids = packed.flatMap(({ entry }) => messageIdsOf(entry));
      expect(new Set(ids).size).toBe(all.length);
      for (const { entry } of packed) {
        messageIdsOf(entry).forEach((id, index) => {
          expect(parseMessageId(id)).toEqual({ segment: entry.segment, sk: entry.sk, index });
        });
      }
    }),
    { numRuns: 50 },
  );
});

const incompressible = (length: number): Uint8Array => randomFillSync(new Uint8Array(length));

test.each([
  ['64 KiB, the largest that is accepted', 65_536, 40],
  ['300 bytes, a thousand to an entry', 300, 3_000],
  ['1 byte', 1, 5_000],
  ['330,000 bytes, as much as a pack', 330_000, 4],
])('F32 entries of incompressible payloads of %s fit an item', (_, length, count) => {
  const all = Array.from({ length: count }, (_unused, n): Input => {
    const headers = { 'x-n': Buffer.from(incompressible(30)).toString('hex') };
    return { item: { dueAt: epochMs(START + n), target: 'push', payload: incompressible(length), headers }, lane: 'E' };
  });
  const packed = pack(all);
  expect(packed.flatMap(({ positions }) => positions).length).toBe(count);
  for (const { entry } of packed) expect(itemBytes(packEntry(entry, TIMES))).toBeLessThanOrEqual(MAX_ITEM_BYTES);
});

/** Any letter of a script of three bytes each: about 14 bits of each 24 are news. */
const randomHan = (length: number): string =>
  String.fromCharCode(
    ...incompressible(length * 2).reduce<number[]>((codes, byte, n, bytes) => {
      if (n % 2 === 0) codes.push(0x4e00 + (((byte << 8) | (bytes[n + 1] ?? 0)) % 0x51a5));
      return codes;
    }, []),
  );

const randomHeaders = (): Record<string, string> =>
  Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`x-h-${n}`, Buffer.from(incompressible(145)).toString('base64')]),
  );

test.each([
  ['of three bytes a character', (): Partial<EntryItem> => ({ payload: randomHan(2_000) })],
  ['with four kilobytes of headers', (): Partial<EntryItem> => ({ payload: '{}', headers: randomHeaders() })],
  ['with a long name of their own', (): Partial<EntryItem> => ({ payload: '{}', ref: randomHan(400) })],
])('F32 entries of messages %s fit an item', (_, part) => {
  const all = Array.from(
    { length: 1_200 },
    (_unused, n): Input => ({ item: { dueAt: epochMs(START + n), target: 'push', ...part() }, lane: 'E' }),
  );
  for (const { entry } of pack(all)) expect(itemBytes(packEntry(entry, TIMES))).toBeLessThanOrEqual(MAX_ITEM_BYTES);
});

test('open packs of many minutes together hold no more than a call may keep in memory', () => {
  const packer = makeEntryPacker(['k'], { timeline: 'send', shards: SHARDS });
  const payload = 'x'.repeat(65_000);
  let held = 0;
  for (let n = 0; n < 1_500; n += 1) {
    const item: EntryItem = { dueAt: epochMs(START + (n % 500) * 60_000), target: 'push', payload };
    const sealed = packer.add(item, minuteOf(item.dueAt), 'E');
    held += 1 - sealed.flatMap(({ positions }) => positions).length;
    expect(held * payload.length).toBeLessThan(25 * 1024 * 1024);
  }
  expect(packer.drain().flatMap(({ positions }) => positions).length).toBe(held);
});
