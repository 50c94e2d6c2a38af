import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { resolveLocalTime } from '../../../shared/core/time/local-time.ts';
import { allTimeZones, parseTimeZone, type TimeZoneName } from '../../../shared/core/time/zone.ts';
import golden from '../../fixtures/tz-2026c.json' with { type: 'json' };

const DAY = 86_400_000;

/** The day's 09:00 in a zone as an instant; it must neither be missing nor come twice. */
const nineOClock = (dayMs: number, zone: TimeZoneName): number => {
  const local = `${new Date(dayMs).toISOString().slice(0, 10)}T09:00`;
  const parsed = resolveLocalTime(local, zone, { gap: 'reject', overlap: 'reject' });
  if (!parsed.ok) throw new Error(`${local} ${zone}: ${parsed.code}`);
  return parsed.value;
};

const daysFrom = (first: string, count: number): number[] =>
  Array.from({ length: count }, (_, day) => Date.parse(`${first}T00:00:00Z`) + day * DAY);

const offsetMs = (text: string): number => {
  const minutes = Number(text.slice(1, 3)) * 60 + Number(text.slice(4));
  return (text.startsWith('-') ? -minutes : minutes) * 60_000;
};

describe('tz 2026c', () => {
  it('Z10 knows exactly one 09:00 a day in every zone for a year, and the right one', { timeout: 30_000 }, () => {
    const { firstDay, days, sha256 } = golden.nineOClock;
    const hash = createHash('sha256');
    for (const zone of allTimeZones()) {
      const offsets = daysFrom(firstDay, days).map((day) => (day + 9 * 3_600_000 - nineOClock(day, zone)) / 1000);
      hash.update(`${zone} ${offsets.join(' ')}\n`);
    }
    expect(hash.digest('hex'), `golden of tz 2026c, runtime has ${process.versions.tz}`).toBe(sha256);
  });

  it.each(Object.entries(golden.offsets))('Z11 has the offsets of %s to the end of 2028', (name, offsets) => {
    const zone = parseTimeZone(name);
    if (!zone.ok) throw new Error(zone.detail);
    for (const day of daysFrom('2026-11-02', 790)) {
      const at = nineOClock(day, zone.value);
      const [, offset = ''] = offsets.findLast(([from = '']) => Date.parse(from) <= at) ?? [];
      expect([new Date(day).toISOString(), at]).toEqual([
        new Date(day).toISOString(),
        day + 9 * 3_600_000 - offsetMs(offset),
      ]);
    }
  });
});
