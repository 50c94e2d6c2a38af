import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_MS, parseRetryAfter } from '../../../shared/core/delivery/retry-after.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';

const NOW = epochMs(Date.UTC(2026, 10, 22, 9, 0, 0));

describe('F22: parseRetryAfter', () => {
  it.each([
    ['0', 0],
    ['1', 1000],
    [' 120 ', 120_000],
    ['1.5', 1500],
    ['-5', 0],
    ['-1000000000', 0],
    ['86400', MAX_RETRY_AFTER_MS],
    ['86401', MAX_RETRY_AFTER_MS],
    ['1000000000', MAX_RETRY_AFTER_MS],
    ['1e9', MAX_RETRY_AFTER_MS],
    ['9'.repeat(400), MAX_RETRY_AFTER_MS],
    ['Sun, 22 Nov 2026 09:00:30 GMT', 30_000],
    ['Sunday, 22-Nov-26 09:02:00 GMT', 120_000],
    ['Sun, 22 Nov 2026 08:59:59 GMT', 0],
    ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', MAX_RETRY_AFTER_MS],
  ])('reads %s', (header, ms) => {
    expect(parseRetryAfter(header, NOW)).toBe(ms);
  });

  it.each([
    '',
    ' ',
    'soon',
    '0x10',
    '1s',
    '5, 5',
    'NaN',
    'Infinity',
    '2026-11-22T09:00:30Z',
    'Sun, 30 Feb 2027 09:00:00 GMT',
    'Sun, 22 Foo 2026 09:00:00 GMT',
    'Sun, 22 ovD 2026 09:00:00 GMT',
    'Sun, 22 Nov 2026 25:00:00 GMT',
    'Sun, 22 Nov 2026 09:00:00 CET',
    'Sun Nov 22 09:00:30 2026',
  ])('ignores %j', (header) => {
    expect(parseRetryAfter(header, NOW)).toBeUndefined();
  });

  it('reads back every date of the next day, to the second', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400 }), (seconds) => {
        const date = new Date(NOW + seconds * 1000).toUTCString();
        return parseRetryAfter(date, NOW) === seconds * 1000;
      }),
    );
  });

  it('is undefined or within its limits for any text', () => {
    const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.double().map(String), fc.bigInt().map(String));
    fc.assert(
      fc.property(anyText, (text) => {
        const ms = parseRetryAfter(text, NOW);
        return ms === undefined || (Number.isInteger(ms) && ms >= 0 && ms <= MAX_RETRY_AFTER_MS);
      }),
    );
  });
});
