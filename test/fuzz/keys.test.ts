import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCursor } from '../../shared/api/http/cursor.ts';
import { decodeSegment } from '../../shared/api/http/request-path.ts';
import { deadLetterKey } from '../../shared/app/dead-letter-record.ts';
import { entryIdOf } from '../../shared/app/entry-id.ts';
import { keyedItemKey } from '../../shared/app/keyed-record.ts';
import { targetCountsKey } from '../../shared/app/ledger-book.ts';
import { targetKey } from '../../shared/app/target-record.ts';
import { toHeaderText } from '../../shared/core/delivery/header-text.ts';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import type { Unit } from '../../shared/core/segment/segment-key.ts';
import { parseUnitName, partitionKey, tombstoneKey, unitName } from '../../shared/core/segment/segment-key.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { SEED } from './seed.ts';

/** Any Unicode text, often of the signs that keys are made of, in composed and decomposed forms. */
const unicode = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.string({ unit: fc.constantFrom('#', '%', '|', '2', '3', '5', '7', 'C', '"', ',', ']', 'a'), maxLength: 6 }),
  fc.constantFrom('é', 'e\u0301', 'ﬁ', 'fi', 'K', '\u212a', 'ß', 'SS', '', '\u0000', '\u{1f600}'),
);

/** As DynamoDB compares keys: by their UTF-8. */
const bytesOf = (parts: unknown): string => Buffer.from(JSON.stringify(parts)).toString('hex');

const unitIn = (timeline: string): Unit => ({ segment: { timeline, minute: 1, shard: 2 }, lane: 'E' });

const ENCODINGS: Record<string, (text: string) => unknown> = {
  'partition key': (timeline) => partitionKey({ timeline, minute: 1, shard: 2 }),
  'unit name': (timeline) => unitName(unitIn(timeline)),
  pointer: (timeline) => encodePointer(unitIn(timeline)),
  'key of a keyed message': (key) => Object.values(keyedItemKey(key)),
  'key of a target': (name) => Object.values(targetKey(name)),
  'key of the counts of a target': (name) => Object.values(targetCountsKey(1, name)),
  tombstone: (id) => tombstoneKey(id),
  'key of a dead letter': (id) => Object.values(deadLetterKey(id, epochMs(5))),
  'id of an entry': (text) => entryIdOf('bulk', text, 7),
  'header text': toHeaderText,
  'list cursor': encodeCursor,
};

test.each(Object.entries(ENCODINGS))('the %s differs where the text differs, for any Unicode text', (_, encode) => {
  fc.assert(
    fc.property(unicode, unicode, (a, b) => {
      expect(bytesOf(encode(a)) === bytesOf(encode(b))).toBe(a === b);
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

test('the id of an entry differs where a sign moves from one part to the next', () => {
  fc.assert(
    fc.property(unicode, unicode, unicode, unicode, (a, b, c, d) => {
      expect(entryIdOf(a, b) === entryIdOf(c, d)).toBe(a === c && b === d);
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

test('the name of a unit, the path of a key and the value of a header give any Unicode text back', () => {
  const sk = 'L#001795420800000#AAAAAAAAAAA';
  fc.assert(
    fc.property(unicode, (text) => {
      const late: Unit = { segment: { timeline: text, minute: 1, shard: 2 }, lane: 'L', sk };
      expect([parseUnitName(unitName(unitIn(text))), parseUnitName(unitName(late))]).toEqual([unitIn(text), late]);
      expect(decodeSegment(encodeURIComponent(text), 'encoded', '/path/key')).toBe(text);
      expect(decodeURIComponent(toHeaderText(text))).toBe(text);
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});
