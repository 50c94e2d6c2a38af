import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeJsonScanner, scanArray, scanObject } from '../../../shared/api/json/scanner.ts';
import { editedJson } from './edited-json.ts';

const LIMITS = { depth: 32, keys: 1000 };
const scanner = () => makeJsonScanner(LIMITS);
const scan = (text: string) => scanObject(scanner(), text, 0, text.length);

const parsed = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

describe('scanObject', () => {
  test('accepts exactly what JSON.parse accepts as an object', () => {
    let objects = 0;
    fc.assert(
      fc.property(editedJson, (text) => {
        const value = parsed(text);
        const expected = value === undefined ? 'malformed' : isRecord(value.value) ? undefined : 'not-an-object';
        objects += expected === undefined ? 1 : 0;
        expect(scan(text)).toBe(expected);
      }),
      { numRuns: 5000 },
    );
    expect(objects).toBeGreaterThan(500);
  });

  test('finds each member where it lies, escapes and white space untouched', () => {
    const members = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 });
    fc.assert(
      fc.property(members, fc.constantFrom('', ' ', '\n\t'), (record, gap) => {
        const lines = Object.entries(record).map(
          ([name, value]) => [JSON.stringify(name), JSON.stringify(value)] as const,
        );
        const text = `{${gap}${lines.map(([name, value]) => `${name}${gap}:${gap}${value}${gap}`).join(`,${gap}`)}}`;
        const found = scanner();
        expect(scanObject(found, `before${text}behind`, 6, 6 + text.length)).toBeUndefined();
        const spans = found.members
          .slice(0, found.count)
          .map((member) => [
            `"${`before${text}`.slice(member.nameStart, member.nameEnd)}"`,
            `before${text}`.slice(member.valueStart, member.valueEnd),
          ]);
        expect(spans).toEqual(lines);
      }),
    );
  });

  test('never looks behind the end: in a stream of lines the next one starts there', () => {
    for (const [text, end] of [
      ['{"a":1}', 6],
      ['{"a":tr\nue}', 7],
      ['{"a":1\n2}', 6],
      ['{"a":"\\\n"}', 7],
      ['{"a":-\n1}', 6],
    ] as const) {
      expect(scanObject(scanner(), text, 0, end), text).toBe('malformed');
    }
  });

  test.each([
    '{"a":',
    '{"a":1,}',
    '{"a":1 /* x */}',
    '{"a":NaN}',
    '{"a":Infinity}',
    "{'a':1}",
    '\ufeff{"a":1}',
    '{"a":01}',
    '{"a":1.}',
    '{"a":+1}',
    '{a:1}',
    '',
  ])('H3 refuses %j', (text) => {
    expect(scan(text)).toBe('malformed');
  });

  const nested = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  const nestedArrays = (depth: number) => `{"a":${'['.repeat(depth)}`;

  test('H8 counts the outermost object as the first of 32 levels', () => {
    expect(scan(nested(32))).toBeUndefined();
    expect(scan(nested(33))).toBe('too-deep');
    expect(scan(`{"a":${'['.repeat(31)}${']'.repeat(31)}}`)).toBeUndefined();
    expect(scan(`{"a":${'['.repeat(32)}${']'.repeat(32)}}`)).toBe('too-deep');
  });

  test.each([5_000, 100_000])('H8 refuses %i levels in no time', (depth) => {
    for (const text of [nested(depth), nestedArrays(depth)]) {
      const start = performance.now();
      expect(scan(text)).toBe('too-deep');
      expect(performance.now() - start).toBeLessThan(20);
    }
  });

  const members = (count: number) => Array.from({ length: count }, (_, n) => `"${n}":0`).join();

  test('H9 takes 1,000 members of an object, at any level', () => {
    expect(scan(`{${members(1000)}}`)).toBeUndefined();
    expect(scan(`{${members(1001)}}`)).toBe('too-many-keys');
    expect(scan(`{"a":[{"b":{${members(1000)}}},{${members(1000)}}]}`)).toBeUndefined();
    expect(scan(`{"a":[{"b":{${members(1001)}}}]}`)).toBe('too-many-keys');
    expect(scan(`{${members(100_000)}}`)).toBe('too-many-keys');
  });

  test.each([
    ['"\\ud83d\\ude00"', false],
    ['"\\uD83D\\uDE00"', false],
    ['"\\ud83d"', true],
    ['"\\ude00"', true],
    ['"\\ud83dx"', true],
    ['"\\ud83d\\ud83d\\ude00"', true],
    ['"\\\\ud83d"', false],
    ['"\\ud83d\\n\\ude00"', true],
    ['{"\\ud83d":1}', true],
    ['[["x",{"a":"\\udfff"}]]', true],
  ])('I7 sees half a surrogate pair in %s: %s', (value, lone) => {
    const found = scanner();
    const text = `{"first":1,"a":${value},"last":1}`;
    expect(scanObject(found, text, 0, text.length)).toBeUndefined();
    expect(found.members.slice(0, 3).map(({ loneSurrogate }) => loneSurrogate)).toEqual([false, lone, false]);
  });

  test('counts the names inside a value, repeated ones too', () => {
    const found = scanner();
    const text = '{"a":{"x":1,"x":{"y":[{"z":1}]}},"b":[1],"a":"{\\"no\\":1}"}';
    expect(scanObject(found, text, 0, text.length)).toBeUndefined();
    expect(found.members.slice(0, found.count).map(({ innerNames }) => innerNames)).toEqual([4, 0, 0]);
  });
});

describe('scanArray', () => {
  test('finds exactly the elements of what JSON.parse accepts as an array', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom('', ' ', '\r\n'), (values, gap) => {
        const texts = values.map((value) => JSON.stringify(value));
        const text = `${gap}[${gap}${texts.join(`${gap},${gap}`)}${gap}]${gap}`;
        const spans = scanArray(scanner(), text, 0, text.length);
        expect(typeof spans).toBe('object');
        const found = (spans as readonly number[]).flatMap((start, n, all) =>
          n % 2 ? [] : [text.slice(start, all[n + 1])],
        );
        expect(found).toEqual(texts);
      }),
    );
  });

  test.each([
    ['[', 'malformed'],
    ['[1,]', 'malformed'],
    ['[1 2]', 'malformed'],
    ['[]x', 'malformed'],
    ['{}', 'not-an-array'],
    ['null', 'not-an-array'],
    [`[${'['.repeat(33)}${']'.repeat(33)}]`, 'too-deep'],
  ])('says why %s is none: %s', (text, fault) => {
    expect(scanArray(scanner(), text, 0, text.length)).toBe(fault);
  });

  test('counts the depth of each element by itself', () => {
    const text = `[${'['.repeat(32)}${']'.repeat(32)},[]]`;
    expect(scanArray(scanner(), text, 0, text.length)).toHaveLength(4);
  });
});
