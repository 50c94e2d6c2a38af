import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allTimeZones, parseTimeZone, runtimeKnows, type TimeZoneName } from '../../../shared/core/time/zone.ts';
import { zoneNames } from '../../../shared/core/time/zone-names.ts';
import { anyText } from '../any-text.ts';

const groups = zoneNames
  .trim()
  .split(/\s+/)
  .map((group) => group.split('='));

const nameInIntl = (name: string): string =>
  new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone;
const canonical = (name: string): string | undefined => {
  const parsed = parseTimeZone(name);
  return parsed.ok ? parsed.value : undefined;
};

/** Names that ICU takes and the tz database does not have: abbreviations that several places use, and System V rules. */
const onlyInIcu = [
  ...'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' '),
  ...'AST4 AST4ADT CST6 CST6CDT EST5 EST5EDT HST10 MST7 MST7MDT PST8 PST8PDT YST9 YST9YDT'
    .split(' ')
    .map((rule) => `SystemV/${rule}`),
];

describe('parseTimeZone', () => {
  it.each([
    ['Asia/Shanghai', 'Asia/Shanghai'],
    ['asia/shanghai', 'Asia/Shanghai'],
    ['ASIA/SHANGHAI', 'Asia/Shanghai'],
    ['Asia/Calcutta', 'Asia/Kolkata'],
    ['asia/kolkata', 'Asia/Kolkata'],
    ['Europe/Kiev', 'Europe/Kyiv'],
    ['Europe/Kyiv', 'Europe/Kyiv'],
    ['US/Pacific', 'America/Los_Angeles'],
    ['us/pacific-new', 'America/Los_Angeles'],
    ['Canada/East-Saskatchewan', 'America/Regina'],
    ['America/Buenos_Aires', 'America/Argentina/Buenos_Aires'],
    ['America/Godthab', 'America/Nuuk'],
    ['Pacific/Enderbury', 'Pacific/Kanton'],
    ['Iceland', 'Atlantic/Reykjavik'],
    ['PRC', 'Asia/Shanghai'],
    ['Europe/Oslo', 'Europe/Oslo'],
    ['EST', 'America/Panama'],
    ['EST5EDT', 'America/New_York'],
    ['CST6CDT', 'America/Chicago'],
    ['CET', 'Europe/Brussels'],
    ['Etc/GMT-3', 'Etc/GMT-3'],
  ])('Z6 reads %s as %s', (name, zone) => {
    expect(parseTimeZone(name)).toEqual({ ok: true, value: zone });
  });

  it.each(['UTC', 'utc', 'Etc/UTC', 'GMT', 'Etc/GMT', 'GMT0', 'GMT+0', 'Zulu', 'UCT', 'Greenwich', 'universal'])(
    'Z6 reads %s as UTC',
    (name) => {
      expect(canonical(name)).toBe('UTC');
    },
  );

  it.each([
    ['Z1', '', 'INVALID_TIME_ZONE'],
    ['Z1', 'null', 'INVALID_TIME_ZONE'],
    ['Z1', 'undefined', 'INVALID_TIME_ZONE'],
    ['Z1', `Asia/${'x'.repeat(60)}`, 'INVALID_TIME_ZONE'],
    ['Z1', '../../etc/passwd', 'INVALID_TIME_ZONE'],
    ['Z1', 'Asia/Shanghai ', 'INVALID_TIME_ZONE'],
    ['Z1', ' Asia/Shanghai', 'INVALID_TIME_ZONE'],
    ['Z1', 'Asia/Shanghai\n', 'INVALID_TIME_ZONE'],
    ['Z1', 'Asia/Shang\u0000hai', 'INVALID_TIME_ZONE'],
    ['Z1', 'Ａsia/Shanghai', 'INVALID_TIME_ZONE'],
    ['Z1', 'Asia/\u212aolkata', 'INVALID_TIME_ZONE'],
    ['Z1', 'As\u0131a/Tokyo', 'INVALID_TIME_ZONE'],
    ['Z1', 'A\u017fia/Tokyo', 'INVALID_TIME_ZONE'],
    ['Z1', '__proto__', 'INVALID_TIME_ZONE'],
    ['Z1', 'constructor', 'INVALID_TIME_ZONE'],
    ['Z1', 'Asia/Kolkata=Asia/Calcutta', 'INVALID_TIME_ZONE'],
    ['Z2', 'Mars/Phobos', 'UNKNOWN_TIME_ZONE'],
    ['Z2', 'Asia/Beijing', 'UNKNOWN_TIME_ZONE'],
    ['Z2', 'Factory', 'INVALID_TIME_ZONE'],
    ['Z2', 'posixrules', 'INVALID_TIME_ZONE'],
    ['Z2', 'localtime', 'INVALID_TIME_ZONE'],
    ['Z2', 'posix/Asia/Tokyo', 'UNKNOWN_TIME_ZONE'],
    ['Z2', 'Etc/GMT+13', 'UNKNOWN_TIME_ZONE'],
    ['Z2', 'Etc/Unknown', 'UNKNOWN_TIME_ZONE'],
    ['Z4', 'GMT+5', 'INVALID_TIME_ZONE'],
    ['Z4', 'UTC+8', 'INVALID_TIME_ZONE'],
    ['Z4', 'UTC-08:00', 'INVALID_TIME_ZONE'],
    ['Z4', '+8', 'INVALID_TIME_ZONE'],
    ['Z4', '+08', 'INVALID_TIME_ZONE'],
    ['Z4', '+08:00', 'INVALID_TIME_ZONE'],
    ['Z4', '-0800', 'INVALID_TIME_ZONE'],
    ['Z4', 'Z', 'INVALID_TIME_ZONE'],
  ])('%s refuses %j as %s', (_row, name, code) => {
    expect(parseTimeZone(name)).toEqual({ ok: false, code, detail: expect.stringMatching(/^[\x20-\x7e]{20,250}$/) });
  });

  it('Z4 tells who gives an offset what to do instead', () => {
    expect(parseTimeZone('+08:00')).toMatchObject({ detail: expect.stringContaining('"at"') });
  });

  it('Z2 refuses what only ICU takes, in any case', () => {
    for (const name of onlyInIcu) {
      expect(() => nameInIntl(name)).not.toThrow();
      expect([name, canonical(name), canonical(name.toLowerCase())]).toEqual([name, undefined, undefined]);
    }
  });

  it('Z6 accepts every zone of the runtime, under whatever name it lists it', () => {
    const missing = Intl.supportedValuesOf('timeZone').filter((name) => canonical(name) === undefined);
    expect(missing, 'the table is older than the runtime: run make-zone-names.ts').toEqual([]);
  });

  it('Z6 merges exactly the names that the runtime holds for one zone', () => {
    const seen = new Set<string>();
    for (const names of groups) {
      const inIntl = new Set(names.map(nameInIntl));
      expect([...inIntl], names.join(' ')).toHaveLength(1);
      expect([...inIntl].filter((name) => seen.has(name))).toEqual([]);
      for (const name of inIntl) seen.add(name);
      expect(new Set(names.flatMap((name) => [canonical(name), canonical(name.toUpperCase())]))).toEqual(
        new Set([names[0]]),
      );
    }
  });

  it('lists 418 zones of places, UTC and 26 fixed ones, sorted', () => {
    expect(allTimeZones().filter((name) => !name.startsWith('Etc/'))).toHaveLength(419);
    expect(allTimeZones()).toHaveLength(445);
    expect(allTimeZones()).toEqual([...new Set(allTimeZones())].sort());
  });

  it('Z7 says that the tz database is too old where the runtime lacks a zone of the table', () => {
    const older = (name: string): boolean => name !== 'America/Coyhaique';
    expect(parseTimeZone('America/Coyhaique', older)).toMatchObject({ ok: false, code: 'TZDATA_TOO_OLD' });
    expect(parseTimeZone('Asia/Tokyo', older)).toMatchObject({ ok: true });
    expect(parseTimeZone('Mars/Phobos', older)).toMatchObject({ ok: false, code: 'UNKNOWN_TIME_ZONE' });
  });

  it('Z7 asks the runtime, which gives the same answer again', () => {
    const names = ['Asia/Tokyo', 'Asia/Tokyo', 'Mars/Phobos', 'Mars/Phobos'] as TimeZoneName[];
    expect(names.map(runtimeKnows)).toEqual([true, true, false, false]);
  });

  it('accepts no mutated name that is not another name, and never throws', () => {
    const known = new Set(groups.flat().map((name) => name.toLowerCase()));
    const mutated = fc
      .tuple(fc.constantFrom(...groups.flat()), fc.nat(20), fc.nat(2), fc.constantFrom(...'aZ/_+-0 \u0130\u212a\u0000'))
      .map(([name, at, removed, put]) => name.slice(0, at) + put + name.slice(at + removed));
    fc.assert(
      fc.property(fc.oneof(mutated, anyText), (text) => {
        const ascii = /^[\x20-\x7e]*$/.test(text);
        expect(parseTimeZone(text).ok).toBe(ascii && known.has(text.toLowerCase()));
      }),
      { numRuns: 3_000 },
    );
  });
});
