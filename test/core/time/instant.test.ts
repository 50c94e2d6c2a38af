import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { formatInstant, parseInstant } from '../../../shared/core/time/instant.ts';
import { anyText } from '../any-text.ts';

const FIRST = Date.parse('0001-01-01T00:00:00.000Z');
const LAST = Date.parse('9999-12-31T23:59:59.999Z');

/** Temporal's answer, where the form is ours: Temporal also takes lower case, leap seconds, more offsets, year 0. */
const expected = (text: string): number | undefined => {
  const form = /^(?!0000)\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(\.\d{1,9})?(Z|(?!-00:00)[+-](0\d|1[0-7]):\d\d|[+-]18:00)$/;
  if (!form.test(text)) return undefined;
  try {
    const { epochMilliseconds } = Temporal.Instant.from(text);
    return epochMilliseconds >= FIRST && epochMilliseconds <= LAST ? epochMilliseconds : undefined;
  } catch {
    return undefined;
  }
};

const answer = (text: string): number | undefined => {
  const parsed = parseInstant(text);
  return parsed.ok ? parsed.value : undefined;
};

const padded = (max: number, width = 2) => fc.nat({ max }).map((n) => String(n).padStart(width, '0'));
const zone = fc.oneof(
  fc.constant('Z'),
  fc.tuple(fc.constantFrom('+', '-'), padded(19), padded(61)).map(([sign, h, m]) => `${sign}${h}:${m}`),
);
const fraction = fc.oneof(
  fc.constant(''),
  fc.nat({ max: 2_000_000_000 }).map((n) => `.${n}`),
);
/** Instants that mostly exist, with every part now and then just beyond what it may be. */
const nearInstant = fc
  .tuple(padded(9999, 4), padded(13), padded(32), padded(25), padded(61), padded(61), fraction, zone)
  .map(([y, mo, d, h, mi, s, f, z]) => `${y}-${mo}-${d}T${h}:${mi}:${s}${f}${z}`);
const goodInstant = fc.integer({ min: FIRST, max: LAST }).map((at) => formatInstant(epochMs(at)));
const mutated = fc
  .tuple(
    fc.oneof(nearInstant, goodInstant),
    fc.nat(40),
    fc.nat(2),
    fc.constantFrom(...'0123456789-+:.TtZz ,W\u0660\u2212'),
  )
  .map(([text, at, removed, put]) => text.slice(0, at) + put + text.slice(at + removed));

describe('parseInstant', () => {
  it.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2026-11-22T09:00:00+09:00', Date.UTC(2026, 10, 22)],
    ['2026-11-21T18:00:00.5-06:00', Date.UTC(2026, 10, 22, 0, 0, 0, 500)],
    ['2024-02-29T23:59:59.999Z', Date.UTC(2024, 1, 29, 23, 59, 59, 999)],
    ['2026-11-20T09:00:00.123456789Z', Date.UTC(2026, 10, 20, 9, 0, 0, 123)],
    ['2026-11-20T09:00:00.000999999Z', Date.UTC(2026, 10, 20, 9)],
    ['1969-12-31T23:59:59.9999Z', -1],
    ['2026-11-20T09:00:00+18:00', Date.UTC(2026, 10, 19, 15)],
    ['2026-11-20T09:00:00-18:00', Date.UTC(2026, 10, 21, 3)],
    ['2026-11-20T09:00:00+00:00', Date.UTC(2026, 10, 20, 9)],
    ['0001-01-01T00:00:00Z', FIRST],
    ['9999-12-31T23:59:59.999Z', LAST],
  ])('D8 D9 D10 reads %s', (text, at) => {
    expect(parseInstant(text)).toEqual({ ok: true, value: at });
  });

  it.each([
    ['D1', '2026-02-30T09:00:00Z', 'INVALID_DATE'],
    ['D1', '2025-02-29T09:00:00Z', 'INVALID_DATE'],
    ['D1', '1900-02-29T09:00:00Z', 'INVALID_DATE'],
    ['D1', '2026-04-31T09:00:00Z', 'INVALID_DATE'],
    ['D1', '2026-13-01T09:00:00Z', 'INVALID_DATE'],
    ['D1', '2026-00-10T09:00:00Z', 'INVALID_DATE'],
    ['D1', '2026-01-00T09:00:00Z', 'INVALID_DATE'],
    ['D2', '0', 'INVALID_INSTANT'],
    ['D2', '1', 'INVALID_INSTANT'],
    ['D2', '', 'INVALID_INSTANT'],
    ['D4', '2026-11-20', 'ZONE_OR_OFFSET_REQUIRED'],
    ['D5', '2026-11-20T09:00', 'ZONE_OR_OFFSET_REQUIRED'],
    ['D5', '2026-11-20T09:00:00', 'ZONE_OR_OFFSET_REQUIRED'],
    ['D5', '2026-11-20T09:00:00.123', 'ZONE_OR_OFFSET_REQUIRED'],
    ['D6', '2026-11-20T24:00:00Z', 'INVALID_DATE'],
    ['F37', '2026-12-31T23:59:60Z', 'INVALID_DATE'],
    ['F37', '2016-12-31T23:59:60Z', 'INVALID_DATE'],
    ['D6', '2026-11-20T09:60:00Z', 'INVALID_DATE'],
    ['D8', '2026-11-20T09:00:00+25:00', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00+18:01', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00-18:01', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00+08:60', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00+08', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00+0800', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00+08:00:00', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00-00:00', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00\u221208:00', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00Z+08:00', 'INVALID_INSTANT'],
    ['D8', '2026-11-20T09:00:00+08:00[Asia/Shanghai]', 'INVALID_INSTANT'],
    ['D9', '-000000-01-01T00:00:00Z', 'INVALID_INSTANT'],
    ['D9', '0000-12-31T23:59:59Z', 'INVALID_DATE'],
    ['D9', '0000-12-31T23:30:00-01:00', 'INVALID_DATE'],
    ['D9', '10000-01-01T00:00:00Z', 'INVALID_INSTANT'],
    ['D9', '+275760-09-13T00:00:00.001Z', 'INVALID_INSTANT'],
    ['D9', '0001-01-01T00:00:00+00:01', 'INVALID_DATE'],
    ['D9', '9999-12-31T23:59:59-00:01', 'INVALID_DATE'],
    ['D10', '2026-11-20T09:00:00.1234567890Z', 'INVALID_INSTANT'],
    ['D10', '2026-11-20T09:00:00.Z', 'INVALID_INSTANT'],
    ['D10', '2026-11-20T09:00:00,5Z', 'INVALID_INSTANT'],
    ['D15', '2026-11-20t09:00:00Z', 'INVALID_INSTANT'],
    ['D15', '2026-11-20T09:00:00z', 'INVALID_INSTANT'],
    ['D15', '2026-11-20 09:00:00Z', 'INVALID_INSTANT'],
    ['D15', '2026-11-20T09:00Z', 'INVALID_INSTANT'],
    ['D15', '20261120T090000Z', 'INVALID_INSTANT'],
    ['D15', '2026-W47-5', 'INVALID_INSTANT'],
    ['D15', '2026-324', 'INVALID_INSTANT'],
    ['D15', ' 2026-11-20T09:00:00Z', 'INVALID_INSTANT'],
    ['D15', '2026-11-20T09:00:00Z\n', 'INVALID_INSTANT'],
    ['D15', '２026-11-20T09:00:00Z', 'INVALID_INSTANT'],
  ])('%s refuses %j as %s', (_row, text, code) => {
    expect(parseInstant(text)).toEqual({
      ok: false,
      code,
      detail: expect.stringMatching(/^[\x20-\x7e\u00b1]{20,300}$/),
    });
  });

  it('equals Temporal on instants, near-instants and mutated instants', () => {
    fc.assert(
      fc.property(fc.oneof(goodInstant, nearInstant, mutated), (text) => {
        expect(answer(text)).toBe(expected(text));
      }),
      { numRuns: 10_000 },
    );
  });

  it('equals the platform on the first and last millisecond of every month', () => {
    for (let month = 12 + 1; month < 12 * 10_000; month += 1) {
      const year = String(Math.floor(month / 12)).padStart(4, '0');
      const from = `${year}-${String((month % 12) + 1).padStart(2, '0')}-01T00:00:00.000Z`;
      const at = Date.parse(from);
      if (answer(from) !== at || answer(formatInstant(epochMs(at - 1))) !== at - 1) {
        expect.fail(`${from} or the millisecond before it is read wrong`);
      }
    }
  });

  it('never throws, for any string', () => {
    fc.assert(fc.property(anyText, (text) => answer(text) === expected(text)));
  });
});

describe('formatInstant', () => {
  it.each([
    [0, '1970-01-01T00:00:00.000Z'],
    [-1, '1969-12-31T23:59:59.999Z'],
    [FIRST, '0001-01-01T00:00:00.000Z'],
    [LAST, '9999-12-31T23:59:59.999Z'],
    [Date.UTC(2026, 10, 22, 9, 8, 7, 6), '2026-11-22T09:08:07.006Z'],
  ])('writes %i as %s', (at, text) => {
    expect(formatInstant(epochMs(at))).toBe(text);
  });

  it('writes what parseInstant reads, exactly as the platform does', () => {
    fc.assert(
      fc.property(fc.integer({ min: FIRST, max: LAST }), (at) => {
        const text = formatInstant(epochMs(at));
        expect(text).toBe(new Date(at).toISOString());
        expect(answer(text)).toBe(at);
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([FIRST - 1, LAST + 1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])('F37 throws for %d', (at) => {
    expect(() => formatInstant(epochMs(at))).toThrow(RangeError);
  });
});
