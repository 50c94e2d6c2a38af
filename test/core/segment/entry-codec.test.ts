import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EntryItem, OpenedEntry } from '../../../shared/core/segment/entry.ts';
import { decodeEntry, encodeEntry } from '../../../shared/core/segment/entry-codec.ts';
import { MAX_ENTRY_ITEMS } from '../../../shared/core/segment/message-id.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { anyItem, anyItems } from './any-item.ts';

const encoder = new TextEncoder();

const withBytes = ({ payload, ...item }: EntryItem): object => ({
  ...item,
  ...(payload === undefined ? {} : { payload: [...(typeof payload === 'string' ? encoder.encode(payload) : payload)] }),
});

const allOf = (opened: OpenedEntry): EntryItem[] => Array.from({ length: opened.n }, (_, index) => opened.item(index));

const readAll = (opened: OpenedEntry): void => {
  for (let index = 0; index < opened.n; index += 1) {
    opened.dueAt(index);
    opened.unnamed(index);
    opened.item(index);
  }
};

const plain = (n: number): EntryItem => ({ dueAt: epochMs(1_000 + n), target: 'push', payload: `{"n":${n}}` });

/** The columns of an entry with some of them exchanged, packed again as an encoder of another version would. */
const withColumns = (items: readonly EntryItem[], change: object): Uint8Array => {
  const packed = encodeEntry(items);
  const end = 4 + new DataView(packed.buffer).getUint32(0);
  const columns = { ...JSON.parse(new TextDecoder().decode(packed.subarray(4, end))), ...change };
  const text = encoder.encode(JSON.stringify(columns));
  const changed = new Uint8Array(4 + text.length + packed.length - end);
  new DataView(changed.buffer).setUint32(0, text.length);
  changed.set(text, 4);
  changed.set(packed.subarray(end), 4 + text.length);
  return changed;
};

describe('the entry codec', () => {
  it('gives back any items: any Unicode, bytes, none, and any mixture of extras', () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        const opened = decodeEntry(encodeEntry(items));
        expect(opened && allOf(opened).map(withBytes)).toEqual(items.map(withBytes));
        expect(items.map(({ target }) => opened?.targets.includes(target))).not.toContain(false);
        expect(items.map((_, index) => opened?.dueAt(index))).toEqual(items.map(({ dueAt }) => dueAt));
      }),
    );
  });

  it('gives back names of any form, and leaves them out where they are not wanted', () => {
    const texts = ['"ref":[', '],"key":[', ']}', '],', '"', '\\\\', '\\"],"x":', '"x":[', 'a', ''];
    const name = fc.oneof(
      fc.constantFrom(...texts),
      fc.array(fc.constantFrom(...texts)).map((parts) => parts.join('')),
    );
    const named = fc.record(
      { ref: name, key: name, token: name, lastError: name, headers: fc.dictionary(name, name), target: name },
      { requiredKeys: ['target'] },
    );
    fc.assert(
      fc.property(fc.array(named, { minLength: 1, maxLength: 8 }), (some) => {
        const items = some.map((fields) => ({ dueAt: epochMs(1_000), ...fields }));
        const opened = decodeEntry(encodeEntry(items));
        expect(opened && allOf(opened)).toEqual(items);
        const unnamed = items.map(({ ref: _, ...others }) => others);
        expect(items.map((_, index) => opened?.unnamed(index))).toEqual(unnamed);
      }),
      { numRuns: 1_000 },
    );
  });

  it('packs the same items into the same bytes', () => {
    fc.assert(
      fc.property(anyItems, (items) => {
        expect(encodeEntry(items)).toEqual(encodeEntry(structuredClone(items)));
      }),
    );
  });

  it('keeps an empty payload apart from none', () => {
    const items = [
      { ...plain(0), payload: '' },
      { dueAt: epochMs(2_000), target: 'push' },
    ];
    const opened = decodeEntry(encodeEntry(items));
    expect(opened?.item(0).payload).toEqual(new Uint8Array(0));
    expect(opened?.item(1)).not.toHaveProperty('payload');
  });

  it('keeps a header named __proto__ a header', () => {
    const headers = JSON.parse('{"__proto__":"x"}');
    const item = decodeEntry(encodeEntry([{ ...plain(0), headers }]))?.item(0);
    expect(Object.entries(item?.headers ?? {})).toEqual([['__proto__', 'x']]);
    expect({}).not.toHaveProperty('x');
  });

  it(`takes 1 to ${MAX_ENTRY_ITEMS} items, and no other number`, () => {
    const full = Array.from({ length: MAX_ENTRY_ITEMS }, (_, n) => plain(n));
    const opened = decodeEntry(encodeEntry(full));
    expect(opened?.n).toBe(MAX_ENTRY_ITEMS);
    expect(opened?.item(MAX_ENTRY_ITEMS - 1).dueAt).toBe(1_000 + MAX_ENTRY_ITEMS - 1);
    expect(() => encodeEntry([...full, plain(9_999)])).toThrow(RangeError);
    expect(() => encodeEntry([])).toThrow(RangeError);
  });

  it('F51 refuses every cut of an entry, and never throws for one with a changed byte', () => {
    fc.assert(
      fc.property(anyItems, fc.nat(), fc.integer({ min: 1, max: 255 }), (items, place, change) => {
        const packed = encodeEntry(items);
        for (const length of [0, 3, place % packed.length, packed.length - 1]) {
          expect(decodeEntry(packed.subarray(0, length))).toBeUndefined();
        }
        const damaged = packed.slice();
        const at = place % packed.length;
        damaged[at] = (damaged[at] ?? 0) ^ change;
        const opened = decodeEntry(damaged);
        if (opened) readAll(opened);
      }),
    );
  });

  it.each([
    ['a later version', { v: 2 }],
    ['no version', { v: undefined }],
    ['no items', { n: 0 }],
    ['more items than columns', { n: 3, d: [0, 1] }],
    ['more items than payload', { n: 7 }],
    ['a number of items that is none', { n: '2' }],
    ['a due time that is none', { at: null }],
    ['no targets', { t: 'push' }],
    ['no lengths', { l: null }],
    ['lengths beyond the end', { l: 100 }],
    ['lengths that are too short', { l: 1 }],
  ])('F39 F51 refuses %s', (_, change) => {
    expect(decodeEntry(withColumns([plain(0), plain(1)], change))).toBeUndefined();
  });

  it('F39 reads past a column that it does not know', () => {
    const opened = decodeEntry(withColumns([plain(0)], { later: [1] }));
    expect(opened?.item(0)).toMatchObject({ dueAt: 1_000, target: 'push' });
  });

  it('F51 refuses any bytes that are no entry', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(decodeEntry(bytes)).toBeUndefined();
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = encoder.encode(JSON.stringify(value));
        const packed = new Uint8Array(4 + text.length);
        new DataView(packed.buffer).setUint32(0, text.length);
        packed.set(text, 4);
        expect(decodeEntry(packed)).toBeUndefined();
      }),
    );
  });

  it('opens one item without regard to the others', () => {
    fc.assert(
      fc.property(fc.array(anyItem, { minLength: 2, maxLength: 5 }), fc.nat(), (some, pick) => {
        const items = [...some].sort((a, b) => a.dueAt - b.dueAt);
        const index = pick % items.length;
        const item = decodeEntry(encodeEntry(items))?.item(index);
        expect(item && withBytes(item)).toEqual(withBytes(items[index] as EntryItem));
      }),
    );
  });
});
