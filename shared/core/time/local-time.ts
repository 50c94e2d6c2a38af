import * as Instant from 'temporal-polyfill/fns/Instant';
import * as PlainDateTime from 'temporal-polyfill/fns/PlainDateTime';
import * as ZonedDateTime from 'temporal-polyfill/fns/ZonedDateTime';
import { pairMemo } from '../pair-memo.ts';
import { accepted, type Parsed, type Refusal, refused } from '../parsed.ts';
import { quoted } from '../quoted.ts';
import { type EpochMs, epochMs } from './epoch.ts';
import { formatInstant } from './instant.ts';
import { FIRST_MS, formatWall, LAST_MS, readMinute, readSeconds, type WallMs } from './wall-time.ts';
import type { TimeZoneName } from './zone.ts';

/** For a local time that clocks jump over: moved on by the jump, back by the jump, or refused in one of two ways. */
export const gapPolicies = ['later', 'earlier', 'reject', 'skip'] as const;
export type GapPolicy = (typeof gapPolicies)[number];

/** For a local time that clocks show twice: the first, the second, or refused. */
export const overlapPolicies = ['earlier', 'later', 'reject'] as const;
export type OverlapPolicy = (typeof overlapPolicies)[number];

/** Defaults: gap `later`, overlap `earlier`. */
export type LocalTimePolicy = { readonly gap?: GapPolicy | undefined; readonly overlap?: OverlapPolicy | undefined };

export type LocalTimeCode =
  | 'INVALID_LOCAL_TIME'
  | 'INVALID_DATE'
  | 'LOCAL_TIME_DOES_NOT_EXIST'
  | 'LOCAL_TIME_SKIPPED'
  | 'LOCAL_TIME_AMBIGUOUS';

/** Which instants a wall-clock time of a zone means. In a gap: the readings before and after the jump. */
type Placement =
  | { readonly kind: 'once'; readonly at: EpochMs }
  | { readonly kind: 'gap' | 'overlap'; readonly earlier: EpochMs; readonly later: EpochMs };

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?$/;
const MAX_FRACTION_DIGITS = 3;
const END_OF_MINUTE = 16;

const readLocalTime = (text: string): Parsed<WallMs, LocalTimeCode> => {
  const wall =
    readMinute(text) + (text.length === END_OF_MINUTE ? 0 : readSeconds(text, text.length, MAX_FRACTION_DIGITS));
  if (!Number.isNaN(wall)) return accepted(wall as WallMs);
  return FORM.test(text)
    ? refused(
        'INVALID_DATE',
        `${quoted(text)} is no date and time that exists; hours go to 23, minutes and seconds to 59.`,
      )
    : refused(
        'INVALID_LOCAL_TIME',
        `${quoted(text)} is no local time. Give date, upper-case T and time without Z or offset, e.g. 2026-11-22T09:00; seconds have up to 3 decimals.`,
      );
};

const zonedAt = (at: number, zone: string): ZonedDateTime.Record =>
  Instant.toZonedDateTimeISO(Instant.fromEpochMilliseconds(at), zone);

const offsetMs = (time: ZonedDateTime.Record): number => ZonedDateTime.offsetNanoseconds(time) / 1_000_000;

const place = (zone: TimeZoneName, wall: WallMs): Placement => {
  const plain = ZonedDateTime.toPlainDateTime(zonedAt(wall, 'UTC'));
  const earlier = PlainDateTime.toZonedDateTime(plain, zone, { disambiguation: 'earlier' });
  const later = PlainDateTime.toZonedDateTime(plain, zone, { disambiguation: 'later' });
  const at = epochMs(earlier.epochMilliseconds);
  if (at === later.epochMilliseconds) return { kind: 'once', at };
  // Only in an overlap does a clock really show the asked time at both instants.
  const kind = at + offsetMs(earlier) === wall ? 'overlap' : 'gap';
  return { kind, earlier: at, later: epochMs(later.epochMilliseconds) };
};

/** Temporal takes about 10 µs a placement, and a bulk asks for few different ones. About 2 MB when full. */
const placed = pairMemo(10_000, place);

const choices = (placement: { earlier: EpochMs; later: EpochMs }): string =>
  `"earlier" (${formatInstant(placement.earlier)}) or "later" (${formatInstant(placement.later)})`;

const byPolicy = (
  placement: Exclude<Placement, { kind: 'once' }>,
  where: string,
  { gap = 'later', overlap = 'earlier' }: LocalTimePolicy,
): EpochMs | Refusal<LocalTimeCode> => {
  const policy = placement.kind === 'gap' ? gap : overlap;
  if (policy === 'earlier' || policy === 'later') return placement[policy];
  if (placement.kind === 'overlap') {
    return refused(
      'LOCAL_TIME_AMBIGUOUS',
      `${where} happens twice. Give another time or "overlap" as ${choices(placement)}.`,
    );
  }
  return policy === 'skip'
    ? refused('LOCAL_TIME_SKIPPED', `${where} does not exist, clocks jump over it, and "gap" is "skip".`)
    : refused(
        'LOCAL_TIME_DOES_NOT_EXIST',
        `${where} does not exist, clocks jump over it. Give another time or "gap" as ${choices(placement)}.`,
      );
};

/**
 * The instant at which the clocks of a zone show a local time: `YYYY-MM-DDTHH:MM`, seconds and up to 3 decimals of them
 * optional. In a gap `later` and `earlier` move the time on or back by the length of the gap, as Temporal does.
 */
export const resolveLocalTime = (
  text: string,
  zone: TimeZoneName,
  policy: LocalTimePolicy = {},
): Parsed<EpochMs, LocalTimeCode> => {
  const wall = readLocalTime(text);
  if (!wall.ok) return wall;
  const placement = placed(zone, wall.value);
  const at = placement.kind === 'once' ? placement.at : byPolicy(placement, `${text} in ${zone}`, policy);
  if (typeof at !== 'number') return at;
  return at >= FIRST_MS && at <= LAST_MS
    ? accepted(at)
    : refused('INVALID_DATE', `${text} in ${zone} is outside the years 0001 to 9999 in UTC.`);
};

/** What the clocks of a zone show at an instant, as short as it goes: `2026-11-22T09:00`, `…:30`, `…:30.250`. */
export const localDateTimeAt = (at: EpochMs, zone: TimeZoneName): string => {
  const text = formatWall(at + offsetMs(zonedAt(at, zone)));
  if (!text.endsWith('.000')) return text;
  return text.endsWith(':00.000') ? text.slice(0, END_OF_MINUTE) : text.slice(0, -4);
};
