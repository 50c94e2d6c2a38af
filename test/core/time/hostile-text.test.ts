import { expect, it } from 'vitest';
import { parseDuration } from '../../../shared/core/time/duration.ts';
import { parseInstant } from '../../../shared/core/time/instant.ts';
import { resolveLocalTime } from '../../../shared/core/time/local-time.ts';
import { parseTimeZone, type TimeZoneName } from '../../../shared/core/time/zone.ts';

const MEGABYTE = 2 ** 20;
const hostile = [
  '9'.repeat(MEGABYTE),
  'P'.repeat(MEGABYTE),
  `PT${'9'.repeat(MEGABYTE)}S`,
  `2026-11-22T09:00:00.${'9'.repeat(MEGABYTE)}Z`,
  `2026-11-22T09:00:00${'+09:00'.repeat(MEGABYTE / 8)}`,
  `2026-11-22T09:00:00Z${' '.repeat(MEGABYTE)}Z`,
  'A'.repeat(MEGABYTE),
  'a/'.repeat(MEGABYTE / 2),
  `Asia/${'\u0130'.repeat(MEGABYTE)}`,
  '+'.repeat(MEGABYTE),
  '\ud800'.repeat(MEGABYTE),
  '\u0000'.repeat(MEGABYTE),
];

const readers: readonly [name: string, read: (text: string) => { readonly ok: boolean }][] = [
  ['parseInstant', parseInstant],
  ['parseDuration', (text) => parseDuration(text, Number.MAX_SAFE_INTEGER)],
  ['parseTimeZone', (text) => parseTimeZone(text)],
  ['resolveLocalTime', (text) => resolveLocalTime(text, 'UTC' as TimeZoneName)],
];

it.each(readers)('%s refuses a megabyte of anything within 20 ms and 500 characters', (_name, read) => {
  for (const text of hostile) {
    // The best of three, because the machine may be busy elsewhere.
    const times = [1, 2, 3].map(() => {
      const before = performance.now();
      expect(read(text).ok).toBe(false);
      return performance.now() - before;
    });
    expect(Math.min(...times)).toBeLessThan(20);
    expect(JSON.stringify(read(text)).length).toBeLessThan(500);
  }
});
