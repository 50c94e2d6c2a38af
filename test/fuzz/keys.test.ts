import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeCursor } from '../../shared/api/http/cursor.ts';
import { decodeSegment, judgeKey } from '../../shared/api/http/request-path.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { readRecord } from '../../shared/api/process/read-elements.ts';
import { parseTimerId, timerIdOf } from '../../shared/api/process/timer-id.ts';
import { deadLetterKey, processTarget } from '../../shared/app/dead-letter-record.ts';
import type { Engine } from '../../shared/app/engine.ts';
import { entryIdOf } from '../../shared/app/entry-id.ts';
import { keyedItemKey } from '../../shared/app/keyed-record.ts';
import { targetCountsKey } from '../../shared/app/ledger-book.ts';
import { placeOfMark } from '../../shared/app/process/handed-mark.ts';
import { nameOf } from '../../shared/app/process/mailbox.ts';
import { isKey, placeOfKey } from '../../shared/app/process/process-key.ts';
import { encodeHint } from '../../shared/app/process/timer-hint.ts';
import { encodeWavePointer } from '../../shared/app/process/wave-pointer.ts';
import { encodeRedrive } from '../../shared/app/redrive-letter.ts';
import { targetKey } from '../../shared/app/target-record.ts';
import { toHeaderText } from '../../shared/core/delivery/header-text.ts';
import { Problem } from '../../shared/core/problem.ts';
import { outputId } from '../../shared/core/process/output.ts';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import type { Unit } from '../../shared/core/segment/segment-key.ts';
import { parseUnitName, partitionKey, tombstoneKey, unitName } from '../../shared/core/segment/segment-key.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryStore } from '../../shared/memory/memory-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { SEED } from './seed.ts';
import { PROCESS } from './snapshot.ts';

const NOW = epochMs(1_780_000_000_000);

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
  'place of a key of a process': (key) => Object.values(placeOfKey('p', key)),
  'mailbox of a key': (key) => nameOf({ process: PROCESS, key }),
  'timer hint': (key) => encodeHint(key, { kind: 'outbox', at: NOW, base: 1 }, NOW),
  'wave pointer': (process) => encodeWavePointer({ clock: { now: () => NOW } } as Engine, process, NOW).body,
  'redrive of a letter': encodeRedrive,
  'timer id': (name) => timerIdOf({ domain: 'event', at: 5, name }),
  'id of an output': (key) => outputId('p', key, { version: 1, n: 2 }),
  'mark of what was handed on': (owner) => Object.values(placeOfMark(owner, 5)),
  'target of letters of a process': processTarget,
};

test.each(Object.entries(ENCODINGS))('the %s differs where the text differs, for any Unicode text', (_, encode) => {
  fc.assert(
    fc.property(unicode, unicode, (a, b) => {
      expect(bytesOf(encode(a)) === bytesOf(encode(b))).toBe(a === b);
    }),
    { seed: SEED, numRuns: 2_000 },
  );
});

/** Half of a surrogate pair is no Unicode text: in UTF-8 every one would be the same sign. */
const illFormed = fc
  .tuple(unicode, fc.integer({ min: 0xd800, max: 0xdfff }), fc.nat({ max: 20 }))
  .map(([text, unit, at]) => text.slice(0, at) + String.fromCharCode(unit) + text.slice(at))
  .filter((text) => !text.isWellFormed());

test('I7 K4 a key that is no Unicode text is refused at every door, and by the store', async () => {
  const store = makeMemoryStore();
  await fc.assert(
    fc.asyncProperty(illFormed, async (key) => {
      expect(() => judgeKey(key)).toThrow(Problem);
      expect(isKey(key)).toBe(false);
      const body = JSON.stringify({ key, value: { n: 1 } });
      for (const text of [body, body.replace(JSON.stringify(key), `"${key}"`)]) {
        const limits = { limits: DEFAULT_LIMITS, defaults: { input: 'main' } };
        const read = readRecord(PROCESS, Buffer.from(text), limits);
        expect(!read.ok || read.element.key.isWellFormed()).toBe(true);
      }
      await expect(store.put({ ...keyedItemKey(key), version: 1 }, 'any')).rejects.toThrow(StoreError);
      await expect(store.get(placeOfKey('p', key))).rejects.toThrow(StoreError);
    }),
    { seed: SEED, numRuns: 500 },
  );
});

test('the id of an output and of a timer say which it is, whatever stands in the key or name', () => {
  const part = fc.nat({ max: 99 });
  const process = fc.constantFrom('p', 'p-1', '1', 'a-2-3');
  fc.assert(
    fc.property(fc.tuple(process, part, part, unicode), fc.tuple(process, part, part, unicode), (a, b) => {
      const idOf = ([name, version, n, key]: typeof a): string => outputId(name, key, { version, n });
      expect(idOf(a) === idOf(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      const timer = { domain: 'processing', at: a[1] - a[2], name: a[3] === '' ? null : a[3] } as const;
      expect(parseTimerId(timerIdOf(timer))).toEqual(timer);
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
