import { accepted, type Parsed, type Refusal, refused } from '../parsed.ts';
import { quoted } from '../quoted.ts';
import { type EpochMs, epochMs } from './epoch.ts';
import {
  FIRST_MS,
  formatWall,
  LAST_MS,
  MS_PER_HOUR,
  MS_PER_MINUTE,
  pairAt,
  readMinute,
  readSeconds,
} from './wall-time.ts';

export type InstantCode = 'INVALID_INSTANT' | 'INVALID_DATE' | 'ZONE_OR_OFFSET_REQUIRED';

const UPPER_Z = 90;
const PLUS = 43;
const MINUS = 45;
const COLON = 58;
const MAX_OFFSET_MS = 18 * MS_PER_HOUR;
const MAX_FRACTION_DIGITS = 9;

/** What an offset of `±HH:MM` adds to the clock at `index`; NaN where it is none. `-00:00` means "unknown" and is none. */
const readOffset = (text: string, index: number): number => {
  const sign = text.charCodeAt(index);
  const minutes = pairAt(text, index + 4);
  const ms = pairAt(text, index + 1) * MS_PER_HOUR + minutes * MS_PER_MINUTE;
  if (!(ms <= MAX_OFFSET_MS && minutes <= 59) || text.charCodeAt(index + 3) !== COLON) return Number.NaN;
  if (sign === PLUS) return ms;
  return sign === MINUS && ms > 0 ? -ms : Number.NaN;
};

const FORM = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)?$/;

/** Finds out what was wrong; only for texts that were refused already. */
const refusalOf = (text: string): Refusal<InstantCode> => {
  const shown = quoted(text);
  if (WITHOUT_ZONE.test(text)) {
    return refused(
      'ZONE_OR_OFFSET_REQUIRED',
      `${shown} does not say where. Give an instant with Z or an offset, e.g. 2026-11-22T09:00:00+09:00, or "local" with "timeZone".`,
    );
  }
  if (!FORM.test(text)) {
    return refused(
      'INVALID_INSTANT',
      `${shown} is no RFC 3339 instant. Give date, upper-case T, time with seconds and Z or an offset, e.g. 2026-11-22T09:00:00Z; fractions have 1 to 9 digits.`,
    );
  }
  if (!text.endsWith('Z') && Number.isNaN(readOffset(text, text.length - 6))) {
    return refused(
      'INVALID_INSTANT',
      `${shown} has no possible offset. Give Z or ±HH:MM up to 18:00; -00:00 is not allowed.`,
    );
  }
  return refused(
    'INVALID_DATE',
    `${shown} is no date and time that exists. Years go from 0001 to 9999 (in UTC), hours to 23, minutes and seconds to 59.`,
  );
};

/**
 * Reads a strict RFC 3339 instant: upper-case `T` and `Z`, offsets as `±HH:MM` up to 18 hours, up to 9 digits of a
 * second, floored to milliseconds. Years 0001 to 9999. No leap seconds, no 24:00.
 */
export const parseInstant = (text: string): Parsed<EpochMs, InstantCode> => {
  const utc = text.charCodeAt(text.length - 1) === UPPER_Z;
  const end = text.length - (utc ? 1 : 6);
  const at = readMinute(text) + readSeconds(text, end, MAX_FRACTION_DIGITS) - (utc ? 0 : readOffset(text, end));
  return at >= FIRST_MS && at <= LAST_MS ? accepted(epochMs(at)) : refusalOf(text);
};

/** An instant in UTC with milliseconds: `2026-11-22T00:00:00.000Z`. Throws RangeError outside years 0001 to 9999. */
export const formatInstant = (at: EpochMs): string => `${formatWall(at)}Z`;
