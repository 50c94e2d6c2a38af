import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, it } from 'vitest';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { formatInstant } from '../../../shared/core/time/instant.ts';
import { type LocalTimePolicy, localDateTimeAt, resolveLocalTime } from '../../../shared/core/time/local-time.ts';
import { allTimeZones, parseTimeZone, type TimeZoneName } from '../../../shared/core/time/zone.ts';
import { anyText } from '../any-text.ts';

const zone = (name: string): TimeZoneName => {
  const parsed = parseTimeZone(name);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.value;
};

/** The instant as text, or the code of the refusal. */
const resolved = (local: string, name: string, policy?: LocalTimePolicy): string => {
  const parsed = resolveLocalTime(local, zone(name), policy);
  return parsed.ok ? formatInstant(parsed.value).replace('.000Z', 'Z') : parsed.code;
};

describe('resolveLocalTime', () => {
  it.each([
    ['2026-11-22T09:00', 'Asia/Tokyo', '2026-11-22T00:00:00Z'],
    ['2026-11-22T09:00:30', 'Asia/Kathmandu', '2026-11-22T03:15:30Z'],
    ['2026-11-22T09:00:00.5', 'Europe/Paris', '2026-11-22T08:00:00.500Z'],
    ['2026-11-22T09:00:00.007', 'UTC', '2026-11-22T09:00:00.007Z'],
    ['2026-11-22T09:00', 'Pacific/Kiritimati', '2026-11-21T19:00:00Z'],
    ['2026-11-22T09:00', 'Pacific/Pago_Pago', '2026-11-22T20:00:00Z'],
    ['2026-11-22T09:00', 'Pacific/Chatham', '2026-11-21T19:15:00Z'],
    ['2027-06-22T09:00', 'Pacific/Chatham', '2027-06-21T20:15:00Z'],
    ['2026-11-22T09:00', 'Pacific/Marquesas', '2026-11-22T18:30:00Z'],
    ['2026-11-22T09:00', 'Australia/Eucla', '2026-11-22T00:15:00Z'],
    ['2024-02-29T00:00', 'America/New_York', '2024-02-29T05:00:00Z'],
    ['1890-01-01T00:00', 'Europe/Amsterdam', '1889-12-31T23:42:30Z'],
  ])('Z10 finds %s in %s at %s', (local, name, at) => {
    expect(resolved(local, name)).toBe(at);
  });

  it.each([
    ['2027-11-07T01:30', 'America/New_York', '2027-11-07T05:30:00Z', '2027-11-07T06:30:00Z'],
    ['2027-11-07T01:00', 'America/New_York', '2027-11-07T05:00:00Z', '2027-11-07T06:00:00Z'],
    ['2027-11-07T01:59:59.999', 'America/New_York', '2027-11-07T05:59:59.999Z', '2027-11-07T06:59:59.999Z'],
    ['2027-04-04T01:45', 'Australia/Lord_Howe', '2027-04-03T14:45:00Z', '2027-04-03T15:15:00Z'],
    ['2027-10-31T01:30', 'Antarctica/Troll', '2027-10-30T23:30:00Z', '2027-10-31T01:30:00Z'],
    ['2027-10-31T02:59', 'Antarctica/Troll', '2027-10-31T00:59:00Z', '2027-10-31T02:59:00Z'],
  ])('Z9 finds %s in %s twice, at %s and %s', (local, name, earlier, later) => {
    expect(resolved(local, name)).toBe(earlier);
    expect(resolved(local, name, { overlap: 'earlier', gap: 'reject' })).toBe(earlier);
    expect(resolved(local, name, { overlap: 'later' })).toBe(later);
    expect(resolved(local, name, { overlap: 'reject' })).toBe('LOCAL_TIME_AMBIGUOUS');
  });

  it.each([
    ['2027-11-07T00:59:59.999', 'America/New_York', '2027-11-07T04:59:59.999Z'],
    ['2027-11-07T02:00', 'America/New_York', '2027-11-07T07:00:00Z'],
    ['2027-03-14T01:59:59.999', 'America/New_York', '2027-03-14T06:59:59.999Z'],
    ['2027-03-14T03:00', 'America/New_York', '2027-03-14T07:00:00Z'],
    ['2011-12-29T23:59', 'Pacific/Apia', '2011-12-30T09:59:00Z'],
    ['2011-12-31T00:00', 'Pacific/Apia', '2011-12-30T10:00:00Z'],
  ])('F38 finds %s in %s once, next to a gap or overlap', (local, name, at) => {
    expect(resolved(local, name, { gap: 'reject', overlap: 'reject' })).toBe(at);
  });

  it.each([
    ['2027-03-14T02:30', 'America/New_York', '2027-03-14T07:30:00Z', '2027-03-14T06:30:00Z'],
    ['2027-03-14T02:00', 'America/New_York', '2027-03-14T07:00:00Z', '2027-03-14T06:00:00Z'],
    ['2027-10-03T02:15', 'Australia/Lord_Howe', '2027-10-02T15:45:00Z', '2027-10-02T15:15:00Z'],
    ['2027-03-28T02:30', 'Antarctica/Troll', '2027-03-28T02:30:00Z', '2027-03-28T00:30:00Z'],
    ['2011-12-30T09:00', 'Pacific/Apia', '2011-12-30T19:00:00Z', '2011-12-29T19:00:00Z'],
  ])('F38 moves %s, missing in %s, to %s or %s', (local, name, later, earlier) => {
    expect(resolved(local, name)).toBe(later);
    expect(resolved(local, name, { gap: 'later', overlap: 'reject' })).toBe(later);
    expect(resolved(local, name, { gap: 'earlier' })).toBe(earlier);
    expect(resolved(local, name, { gap: 'reject' })).toBe('LOCAL_TIME_DOES_NOT_EXIST');
    expect(resolved(local, name, { gap: 'skip' })).toBe('LOCAL_TIME_SKIPPED');
  });

  it('names both instants where it refuses', () => {
    expect(resolveLocalTime('2027-11-07T01:30', zone('America/New_York'), { overlap: 'reject' })).toMatchObject({
      detail: expect.stringMatching(/2027-11-07T05:30:00\.000Z.*2027-11-07T06:30:00\.000Z/),
    });
  });

  it.each([
    ['D1', '2026-02-30T09:00', 'INVALID_DATE'],
    ['D6', '2026-11-20T24:00', 'INVALID_DATE'],
    ['D6', '2026-11-20T09:60', 'INVALID_DATE'],
    ['F37', '2026-12-31T23:59:60', 'INVALID_DATE'],
    ['D9', '0000-01-01T00:00', 'INVALID_DATE'],
    ['D9', '0000-12-31T23:59', 'INVALID_DATE'],
    ['D9', '9999-12-31T23:59', 'INVALID_DATE'],
    ['D9', '10000-01-01T00:00', 'INVALID_LOCAL_TIME'],
    ['D4', '2026-11-20', 'INVALID_LOCAL_TIME'],
    ['D5', '2026-11-20T09:00Z', 'INVALID_LOCAL_TIME'],
    ['D5', '2026-11-20T09:00:00+09:00', 'INVALID_LOCAL_TIME'],
    ['D10', '2026-11-20T09:00:00.1234', 'INVALID_LOCAL_TIME'],
    ['D10', '2026-11-20T09:00:00.', 'INVALID_LOCAL_TIME'],
    ['D10', '2026-11-20T09:00.5', 'INVALID_LOCAL_TIME'],
    ['D15', '2026-11-20t09:00', 'INVALID_LOCAL_TIME'],
    ['D15', '2026-11-20 09:00', 'INVALID_LOCAL_TIME'],
    ['D15', '2026-11-20T9:00', 'INVALID_LOCAL_TIME'],
    ['D15', '2026-11-20T09', 'INVALID_LOCAL_TIME'],
    ['D15', '09:00', 'INVALID_LOCAL_TIME'],
    ['D15', '2026-11-20T09:00\n', 'INVALID_LOCAL_TIME'],
    ['D15', '', 'INVALID_LOCAL_TIME'],
  ])('%s refuses %j as %s', (_row, local, code) => {
    expect(resolved(local, 'America/New_York')).toBe(code);
  });

  it('equals Temporal for any local time, zone and policy', () => {
    const sameAsTemporal = fc.property(
      fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
      fc.constantFrom(...allTimeZones()),
      fc.constantFrom('earlier' as const, 'later' as const, undefined),
      (wall, name, side) => {
        const local = new Date(wall).toISOString().slice(0, -1);
        const { epochMilliseconds } = Temporal.PlainDateTime.from(local).toZonedDateTime(name, {
          disambiguation: side ?? 'compatible',
        });
        const policy = side === undefined ? {} : { gap: side, overlap: side };
        expect(resolveLocalTime(local, name, policy)).toEqual({ ok: true, value: epochMilliseconds });
      },
    );
    fc.assert(sameAsTemporal, { numRuns: 1_000 });
  });

  it('answers the same whatever was asked before and however much', () => {
    const newYork = zone('America/New_York');
    const asked = ['2027-03-14T02:30', '2027-11-07T01:30', '2027-11-22T09:00'];
    const before = asked.map((local) => resolveLocalTime(local, newYork));
    const from = Date.UTC(2026, 10, 22);
    for (let i = 0; i < 10_500; i += 1) resolveLocalTime(new Date(from + i * 1000).toISOString().slice(0, -1), newYork);
    expect(asked.map((local) => resolveLocalTime(local, newYork))).toEqual(before);
  });

  it('never throws, for any string', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(resolveLocalTime(text, zone('Asia/Tokyo'))).toMatchObject({ ok: false, code: 'INVALID_LOCAL_TIME' });
      }),
    );
  });
});

describe('localDateTimeAt', () => {
  it.each([
    ['2026-11-22T00:00:00.000Z', 'Asia/Tokyo', '2026-11-22T09:00'],
    ['2026-11-22T03:15:30.000Z', 'Asia/Kathmandu', '2026-11-22T09:00:30'],
    ['2026-11-22T09:00:00.500Z', 'UTC', '2026-11-22T09:00:00.500'],
    ['2011-12-30T09:59:59.999Z', 'Pacific/Apia', '2011-12-29T23:59:59.999'],
    ['2011-12-30T10:00:00.000Z', 'Pacific/Apia', '2011-12-31T00:00'],
  ])('shows %s in %s as %s', (at, name, local) => {
    expect(localDateTimeAt(epochMs(Date.parse(at)), zone(name))).toBe(local);
  });

  it('shows what resolves to the same instant again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2100, 0, 1) }),
        fc.constantFrom(...allTimeZones()),
        (at, name) => {
          const local = localDateTimeAt(epochMs(at), name);
          const readings = (['earlier', 'later'] as const).map((overlap) =>
            resolveLocalTime(local, name, { gap: 'reject', overlap }),
          );
          expect(readings).toContainEqual({ ok: true, value: at });
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
