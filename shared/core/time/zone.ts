import { fromEpochMilliseconds, toZonedDateTimeISO } from 'temporal-polyfill/fns/Instant';
import { accepted, type Parsed, type Refusal, refused } from '../parsed.ts';
import { quoted } from '../quoted.ts';
import { zoneNames } from './zone-names.ts';

/** Today's name of a zone of the IANA database, known to our table and to this runtime. */
export type TimeZoneName = string & { readonly __unit: 'TimeZoneName' };

export type TimeZoneCode = 'INVALID_TIME_ZONE' | 'UNKNOWN_TIME_ZONE' | 'TZDATA_TOO_OLD';

// The table is ours because runtimes disagree: ICU answers the old names, takes abbreviations (CST as Chicago, BST as
// Dhaka) and, from Node 22 on, offsets. Here a zone is a name of the IANA database, old ones and `Etc/GMT±n` and `EST`
// included, and nothing else. All names of UTC and GMT are `UTC`.
const makeTable = () => {
  const groups = zoneNames
    .trim()
    .split(/\s+/)
    .map((group) => group.split('=') as [TimeZoneName, ...string[]]);
  const byName = new Map<string, TimeZoneName>();
  for (const names of groups) {
    for (const name of names) byName.set(name, names[0]).set(name.toLowerCase(), names[0]);
  }
  return { all: groups.map(([name]) => name), byName };
};

let table: ReturnType<typeof makeTable> | undefined;

/** Made when it is first asked: a cold start whose messages name instants has no use for it. */
const theTable = () => {
  table ??= makeTable();
  return table;
};

/** Today's names of all zones, `UTC` and `Etc/GMT±n` included, sorted; the runtime may lack the newest. */
export const allTimeZones = (): readonly TimeZoneName[] => theTable().all;

/** Keyed by names of the table only, so it cannot outgrow it. */
const knownToRuntime = new Map<TimeZoneName, boolean>();

const askRuntime = (zone: TimeZoneName): boolean => {
  try {
    toZonedDateTimeISO(fromEpochMilliseconds(0), zone);
    return true;
  } catch {
    return false;
  }
};

/** Whether this runtime's tz database has a zone of the table; remembered. */
export const runtimeKnows = (zone: TimeZoneName): boolean => {
  const remembered = knownToRuntime.get(zone);
  if (remembered !== undefined) return remembered;
  const known = askRuntime(zone);
  knownToRuntime.set(zone, known);
  return known;
};

/** ASCII only: `toLowerCase` turns some other letters into ASCII ones (the Kelvin sign into k). */
const NAME = /^[a-z][a-z0-9_+/-]{0,63}$/i;
const AREA_AND_PLACE = /^[a-z]+\/[a-z0-9_+/-]+$/i;
const OFFSET = /^(?:GMT|UTC?)?[+-]/i;

const refusalOf = (text: string): Refusal<TimeZoneCode> => {
  const shown = quoted(text);
  if (OFFSET.test(text)) {
    return refused(
      'INVALID_TIME_ZONE',
      `${shown} is an offset, no time zone. Give an IANA name such as Asia/Tokyo, or an instant with that offset as "at".`,
    );
  }
  return NAME.test(text) && AREA_AND_PLACE.test(text)
    ? refused('UNKNOWN_TIME_ZONE', `${shown} is not in the IANA database. Give a name such as Asia/Shanghai.`)
    : refused(
        'INVALID_TIME_ZONE',
        `${shown} is no IANA time zone name. Give one such as Asia/Tokyo, up to 64 letters; abbreviations are ambiguous.`,
      );
};

/**
 * Reads an IANA time zone name in any case and answers today's name: `asia/calcutta` → `Asia/Kolkata`.
 * `TZDATA_TOO_OLD` where this runtime's tz database lacks a zone that the table has (`knows` is for tests of that).
 */
export const parseTimeZone = (text: string, knows = runtimeKnows): Parsed<TimeZoneName, TimeZoneCode> => {
  const { byName } = theTable();
  const zone = byName.get(text) ?? (NAME.test(text) ? byName.get(text.toLowerCase()) : undefined);
  if (zone === undefined) return refusalOf(text);
  return knows(zone)
    ? accepted(zone)
    : refused('TZDATA_TOO_OLD', `The tz database of this server is too old for ${zone}. Update Node.js and try again.`);
};
