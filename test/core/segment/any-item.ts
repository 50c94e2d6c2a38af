import fc from 'fast-check';
import type { EntryItem } from '../../../shared/core/segment/entry.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { anyText } from '../any-text.ts';

const instant = fc.integer({ min: 0, max: 253_402_300_799_999 }).map(epochMs);

/** Well-formed text of any characters; the API refuses half surrogate pairs in payloads. */
const wellFormed = fc.string({ unit: 'binary', maxLength: 60 });

const payload = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 60 }),
  wellFormed,
  fc.uint8Array({ maxLength: 60 }),
  fc.constant(undefined),
);

const zone = fc.record({ timeZone: anyText, local: anyText, tzVersion: anyText });

const optional = {
  payload,
  ref: anyText,
  key: anyText,
  token: anyText,
  headers: fc.dictionary(anyText, anyText, { maxKeys: 3 }),
  notAfter: instant,
  onMissed: fc.constantFrom('send', 'skip'),
  delivery: fc.constantFrom('at-least-once', 'at-most-once'),
  traceparent: anyText,
  zone,
  unspreadAt: instant,
  id: anyText,
  firstDueAt: instant,
  attempt: fc.integer({ min: 1, max: 1_000 }),
  lastError: anyText,
  paced: fc.constant(true),
  redriven: fc.constant(true),
};

const withoutUndefined = (record: object): object =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

/** An item with any of its fields set or left out. */
export const anyItem: fc.Arbitrary<EntryItem> = fc
  .record(
    { dueAt: instant, target: fc.constantFrom('push', 'mail', '', 'Ü#'), ...optional },
    { requiredKeys: ['dueAt', 'target'] },
  )
  .map((item) => withoutUndefined(item) as EntryItem);

/** Items sorted by due time, alike or mixed, as an entry has them. */
export const anyItems: fc.Arbitrary<EntryItem[]> = fc
  .oneof(
    fc.array(anyItem, { minLength: 1, maxLength: 12 }),
    fc.tuple(anyItem, fc.integer({ min: 1, max: 30 })).map(([item, n]) => Array.from({ length: n }, () => item)),
  )
  .map((items) => [...items].sort((a, b) => a.dueAt - b.dueAt));
