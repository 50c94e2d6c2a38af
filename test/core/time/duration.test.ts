import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../shared/core/time/duration.ts';
import { anyText } from '../any-text.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const YEAR = 366 * DAY;

describe('parseDuration', () => {
  it.each([
    ['PT5M', 300_000],
    ['PT10S', 10_000],
    ['PT0.5S', 500],
    ['PT0.001S', 1],
    ['PT1.25S', 1_250],
    ['PT90M', 90 * 60_000],
    ['PT1H30M', 90 * 60_000],
    ['P1D', DAY],
    ['P2DT1H', 2 * DAY + HOUR],
    ['P366D', YEAR],
    ['PT8784H', YEAR],
  ])('C10 reads %s', (text, ms) => {
    expect(parseDuration(text, YEAR)).toEqual({ ok: true, value: ms });
  });

  it.each([
    'P1Y',
    'P1M',
    'P1W',
    'PT0S',
    'P0D',
    'PT0.000S',
    'PT-5M',
    '-PT5M',
    '+PT5M',
    'PT1e3S',
    '1e308',
    `PT${'9'.repeat(309)}S`,
    'PT1.5H',
    'PT1,5S',
    'PT0.0001S',
    'PT.5S',
    'PT5.S',
    'P',
    'PT',
    'P1DT',
    'PT1S1M',
    'PT5m',
    'pt5M',
    ' PT5M',
    'PT5M\n',
    'PT５M',
    '5',
    '',
  ])('C10 refuses %j', (text) => {
    const parsed = parseDuration(text, YEAR);
    expect(parsed).toMatchObject({ ok: false, code: 'INVALID_DURATION' });
    expect(parsed.ok ? '' : parsed.detail.length).toBeLessThan(200);
  });

  it('C10 takes the limit itself and nothing above it, and says the limit', () => {
    expect(parseDuration('PT15M', 900_000)).toEqual({ ok: true, value: 900_000 });
    expect(parseDuration('PT900.001S', 900_000)).toMatchObject({ ok: false, detail: expect.stringContaining('PT15M') });
    expect(parseDuration('P999999999D', YEAR)).toMatchObject({ ok: false, detail: expect.stringContaining('P366D') });
  });

  it('reads what formatDuration writes, and both agree with Temporal', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10 * YEAR }), (ms) => {
        const text = formatDuration(ms);
        expect(parseDuration(text, 10 * YEAR)).toEqual({ ok: true, value: ms });
        expect(Temporal.Duration.from(text).total('milliseconds')).toBe(ms);
        expect(Temporal.Duration.from({ milliseconds: ms }).round({ largestUnit: 'days' }).toString()).toBe(text);
      }),
      { numRuns: 1_000 },
    );
  });

  it('never throws and reads no mutated duration otherwise than Temporal', () => {
    const mutated = fc
      .tuple(
        fc.integer({ min: 1, max: YEAR }),
        fc.nat(12),
        fc.nat(2),
        fc.constantFrom(...'0123456789PTDHMSYWptdhms.,+-e '),
      )
      .map(([ms, at, removed, put]) => {
        const text = formatDuration(ms);
        return text.slice(0, at) + put + text.slice(at + removed);
      });
    fc.assert(
      fc.property(fc.oneof(mutated, anyText), (text) => {
        const parsed = parseDuration(text, YEAR);
        if (parsed.ok) expect(Temporal.Duration.from(text).total('milliseconds')).toBe(parsed.value);
      }),
      { numRuns: 3_000 },
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, 'PT0S'],
    [1, 'PT0.001S'],
    [250, 'PT0.25S'],
    [10_000, 'PT10S'],
    [300_000, 'PT5M'],
    [DAY, 'P1D'],
    [DAY + 2 * HOUR, 'P1DT2H'],
  ])('writes %i as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});
