import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { DEFAULT_LIMITS } from '../../../shared/api/limits.ts';
import { readCommonDraft } from '../../../shared/api/message/common-draft.ts';
import { makeDraftReader } from '../../../shared/api/message/draft.ts';
import type { MessageKind } from '../../../shared/api/message/schema.ts';
import { editedJson } from '../json/edited-json.ts';

const readerOf = (kind: MessageKind) => makeDraftReader(kind, DEFAULT_LIMITS);
/** The schema alone, without the hand-written reader in front of it. */
const slowReaderOf = (kind: MessageKind) => makeDraftReader(kind, DEFAULT_LIMITS, () => undefined);

const readBulk = (text: string) => readerOf('bulk')(text, 0, text.length);
const issuesOf = (text: string, kind: MessageKind = 'bulk') => {
  const reading = readerOf(kind)(text, 0, text.length);
  return reading.ok ? [] : reading.issues.map(({ pointer, code }) => `${code} ${pointer}`);
};

const almost = (...values: readonly unknown[]) =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...values) },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 2 }) },
  );

const FIELDS = {
  id: almost('u1', '\ud800', 'a b', '', 'x'.repeat(129), '__proto__'),
  target: almost('push', 'constructor', 'push/1', '\u00e9'),
  payload: almost({ text: 'Hi' }, '\ud83d\ude00', 'x\u0000', null, 'p'.repeat(70_000)),
  at: almost('2026-11-22T00:00:00Z', 'soon', '\u2028'),
  local: almost('2026-11-22T09:00'),
  timeZone: almost('Asia/Tokyo', ''),
  gap: almost('later', 'skip', 'never', 'toString'),
  overlap: almost('earlier', 'reject', 'skip'),
  delay: almost('PT5M'),
  spread: almost('PT5M'),
  notAfter: almost('2026-11-22T00:00:00Z'),
  onMissed: almost('send', 'skip', 'drop'),
  delivery: almost('at-most-once', 'exactly-once'),
  headers: almost(
    { 'x-a': '1' },
    { 'x-a': '\ud800' },
    {},
    { 'x-a': 1 },
    [],
    ['x'],
    'x',
    { constructor: 'x' },
    { 'x\u0001': 'y' },
  ),
  traceparent: almost(`00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`, `00-${'0'.repeat(32)}-${'b'.repeat(16)}-01`),
  tenant: almost('x'),
  payloae: almost('x'),
};

/** Texts of objects with fields of messages, some repeated, some unknown, some with escapes in names and values. */
const messageText = fc
  .array(
    fc.constantFrom(...Object.keys(FIELDS)).chain((name) =>
      fc.record({
        name: fc.constant(name),
        value: FIELDS[name as keyof typeof FIELDS],
        escaped: fc.integer({ min: 0, max: 20 }),
      }),
    ),
    { maxLength: 7 },
  )
  .map((fields) => {
    const target = '"target":"push","payload":{"n":1}';
    const members = fields.map(({ name, value, escaped }) => {
      const shown = escaped === 0 ? `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}` : name;
      const text = JSON.stringify(value);
      return `"${shown}":${escaped === 1 ? text.replace(/a/g, '\\u0061') : text}`;
    });
    return `{${[...(fields.length % 2 === 0 ? [target] : []), ...members].join(',')}}`;
  });

describe('a draft', () => {
  test('is the same by the hand-written reader and by the schema alone', () => {
    const readers = (['keyed', 'bulk'] as const).map((kind) => [readerOf(kind), slowReaderOf(kind)] as const);
    let taken = 0;
    fc.assert(
      fc.property(fc.oneof(messageText, editedJson), (text) => {
        for (const [fast, slow] of readers) {
          const expected = slow(text, 0, text.length);
          expect(fast(text, 0, text.length)).toEqual(expected);
          taken += expected.ok ? 1 : 0;
        }
      }),
      { numRuns: 5000 },
    );
    expect(taken).toBeGreaterThan(200);
  });

  test('takes the common shape without asking the schema', () => {
    const text =
      '{"id":"u1","target":"push","local":"2026-11-22T09:00","timeZone":"Asia/Tokyo","headers":{"x-a":"1"},"payload":{"a":"\\n"}}';
    let common = 0;
    const read = makeDraftReader('bulk', DEFAULT_LIMITS, (...scanned) => {
      const draft = readCommonDraft(...scanned);
      common += draft === undefined ? 0 : 1;
      return draft;
    });
    expect(read(text, 0, text.length).ok).toBe(true);
    expect(common).toBe(1);
  });

  test.each([
    '{"b":1,"a":2}',
    '{ "a" :\t1 ,\n"a":2}',
    '"\\u0041\\/"',
    '1.0e+01',
    '-0',
    '[1, 2 ]',
    '{"__proto__":{"admin":true},"constructor":{"prototype":{}}}',
    '"\u202e\u200b\ufffe"',
    'null',
  ])('I8 I9 I11 H7 keeps the payload %j as it was sent', (payload) => {
    const text = `{"payload":  ${payload}  ,"target":"push","at":"2026-11-22T00:00:00Z"}`;
    const reading = readBulk(text);
    expect(reading.ok && reading.draft.payload).toBe(payload);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  test.each([
    ['H7', '{"__proto__":{"admin":true}}', 'FORBIDDEN_KEY /__proto__'],
    ['H7', '{"\\u005f_proto__":1,"target":"push","payload":1}', 'FORBIDDEN_KEY /__proto__'],
    ['H7', '{"constructor":{"prototype":{}},"target":"push","payload":1}', 'FORBIDDEN_KEY /constructor'],
    ['H7', '{"target":"push","payload":1,"headers":{"__proto__":"x"}}', 'FORBIDDEN_KEY /headers/__proto__'],
    ['H16', '{"target":"push","payload":1,"dueAtt":"x"}', 'UNKNOWN_FIELD /dueAtt'],
    ['H16', '{"target":"push","payload":1,"a/b~c":"x"}', 'UNKNOWN_FIELD /a~1b~0c'],
    ['D', '{"target":"push","payload":1,"at":"x","at":"y"}', 'DUPLICATE_FIELD /at'],
    ['D', '{"target":"push","payload":1,"payload":2}', 'DUPLICATE_FIELD /payload'],
    ['D', '{"target":"push","payload":1,"headers":{"x-a":"1","x-a":"2"}}', 'DUPLICATE_FIELD /headers'],
    ['I7', '{"target":"push","payload":"\\ud800"}', 'INVALID_UNICODE /payload'],
    ['I7', '{"id":"\\ud800","target":"push","payload":1}', 'INVALID_UNICODE /id'],
    ['-', '{"target":"push"}', 'REQUIRED /payload'],
    ['-', '{"payload":1}', 'REQUIRED /target'],
    ['I12', '{"target":"push","payload":1,"headers":[]}', 'INVALID_HEADER /headers'],
    ['I12', '{"target":"push","payload":1,"headers":{"x-a":1}}', 'INVALID_HEADER /headers/x-a'],
    ['Z1', '{"target":"push","payload":1,"timeZone":null}', 'INVALID_TIME_ZONE /timeZone'],
  ])('%s refuses %s', (_, text, expected) => {
    expect(issuesOf(text)).toContain(expected);
  });

  test('H16 puts unknown fields first, since they are often the misspelt missing one', () => {
    expect(issuesOf('{"targett":"push","payload":1}')).toEqual(['UNKNOWN_FIELD /targett', 'REQUIRED /target']);
  });

  test('knows an id in a bulk only', () => {
    expect(issuesOf('{"id":"u1","target":"push","payload":1}')).toEqual([]);
    expect(issuesOf('{"id":"u1","target":"push","payload":1}', 'keyed')).toEqual(['UNKNOWN_FIELD /id']);
  });

  test('counts the payload in bytes of UTF-8, 64 KiB and no more', () => {
    const text = (payload: string) => `{"target":"push","payload":"${payload}"}`;
    expect(issuesOf(text('é'.repeat(32_767)))).toEqual([]);
    expect(issuesOf(text(`${'é'.repeat(32_767)}x`))).toEqual(['PAYLOAD_TOO_LARGE /payload']);
    expect(issuesOf(text('x'.repeat(65_534)))).toEqual([]);
    expect(issuesOf(text('x'.repeat(65_535)))).toEqual(['PAYLOAD_TOO_LARGE /payload']);
  });

  test('names the message of a refusal by its id, cut short', () => {
    const reading = readBulk(`{"id":"${'x'.repeat(1000)}","target":"push","payload":1}`);
    expect(reading).toMatchObject({ ok: false, ref: 'x'.repeat(128) });
  });
});
