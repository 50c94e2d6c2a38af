/** Prints what the time functions answer to a fixed list of questions, and what the process's own settings are. */
import { hash32 } from '../../../shared/core/hash.ts';
import { formatDuration, parseDuration } from '../../../shared/core/time/duration.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { formatInstant, parseInstant } from '../../../shared/core/time/instant.ts';
import {
  gapPolicies,
  localDateTimeAt,
  overlapPolicies,
  resolveLocalTime,
} from '../../../shared/core/time/local-time.ts';
import { spreadMs } from '../../../shared/core/time/spread.ts';
import { allTimeZones, parseTimeZone } from '../../../shared/core/time/zone.ts';

const instants = [0, -1, Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 10, 22, 9, 8, 7, 6), Date.UTC(1900, 0, 1)].map(
  epochMs,
);
const locals = [
  '2027-03-14T02:30',
  '2027-11-07T01:30',
  '2011-12-30T09:00',
  '2026-11-22T09:00:00.5',
  '2026-02-30T09:00',
];
const texts = [
  '2026-11-22T09:00:00Z',
  '2026-11-22T09:00',
  '2026-11-22',
  'PT1H30M',
  'ISTANBUL',
  'europe/istanbul',
  'ASIA/KATHMANDU',
  'I\u0130i\u0131',
];
const policies = gapPolicies.flatMap((gap) => overlapPolicies.map((overlap) => ({ gap, overlap })));

const answers = [
  ...texts.map((text) => [parseInstant(text), parseTimeZone(text), parseDuration(text, 86_400_000)]),
  ...texts.map((text) => [hash32(text), spreadMs(text, 86_400_000)]),
  ...instants.map((at) => [formatInstant(at), formatDuration(Math.abs(at))]),
  ...allTimeZones().map((zone) => [
    zone,
    parseTimeZone(zone.toLowerCase()),
    ...instants.map((at) => localDateTimeAt(at, zone)),
    ...locals.map((local) => policies.map((policy) => resolveLocalTime(local, zone, policy))),
  ]),
];

const settings = {
  offsetMinutes: -new Date(Date.UTC(2026, 10, 22)).getTimezoneOffset(),
  language: new Intl.DateTimeFormat().resolvedOptions().locale,
};
process.stdout.write(JSON.stringify({ settings, answers }));
