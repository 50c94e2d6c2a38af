import { civilFromDays, daysFromCivil, daysInMonth } from './civil.ts';

/** A reading of a clock on some wall, no zone: milliseconds since 1970-01-01T00:00 on a clock that is never changed. */
export type WallMs = number & { readonly __unit: 'WallMs' };

export const MS_PER_MINUTE = 60_000;
export const MS_PER_HOUR = 3_600_000;
export const MS_PER_DAY = 86_400_000;

/** Years 0001 to 9999, the ones that four digits can write. */
export const FIRST_MS = daysFromCivil(1, 1, 1) * MS_PER_DAY;
export const LAST_MS = daysFromCivil(9999, 12, 31) * MS_PER_DAY + MS_PER_DAY - 1;

const DIGIT_0 = 48;
const COLON = 58;
const DASH = 45;
const DOT = 46;
const UPPER_T = 84;

// The readers work on character codes and answer NaN for anything wrong: bulk intake reads 300,000 instants a second,
// and NaN runs through the sums of the callers, who look once and only then find out what was wrong.

const digitAt = (text: string, index: number): number => {
  const digit = text.charCodeAt(index) - DIGIT_0;
  return digit >= 0 && digit <= 9 ? digit : Number.NaN;
};

/** Two digits as a number. */
export const pairAt = (text: string, index: number): number => digitAt(text, index) * 10 + digitAt(text, index + 1);

const hasDateTimePunctuation = (text: string): boolean =>
  text.charCodeAt(4) === DASH &&
  text.charCodeAt(7) === DASH &&
  text.charCodeAt(10) === UPPER_T &&
  text.charCodeAt(13) === COLON;

/** Reads `YYYY-MM-DDTHH:MM` at the start of a text as wall-clock milliseconds. */
export const readMinute = (text: string): number => {
  const year = pairAt(text, 0) * 100 + pairAt(text, 2);
  const month = pairAt(text, 5);
  const day = pairAt(text, 8);
  const hour = pairAt(text, 11);
  const minute = pairAt(text, 14);
  const exists =
    year >= 1 && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month) && hour <= 23 && minute <= 59;
  if (!exists || !hasDateTimePunctuation(text)) return Number.NaN;
  return daysFromCivil(year, month, day) * MS_PER_DAY + hour * MS_PER_HOUR + minute * MS_PER_MINUTE;
};

/** Reads `:SS` or `:SS.f…` from behind the minute up to `end` as milliseconds, finer digits cut off. */
export const readSeconds = (text: string, end: number, maxDigits: number): number => {
  const seconds = pairAt(text, 17);
  if (!(seconds <= 59) || text.charCodeAt(16) !== COLON) return Number.NaN;
  if (end === 19) return seconds * 1000;
  const digits = end - 20;
  if (digits < 1 || digits > maxDigits || text.charCodeAt(19) !== DOT) return Number.NaN;
  let fraction = 0;
  for (let i = 20; i < 23; i += 1) fraction = fraction * 10 + (i < end ? digitAt(text, i) : 0);
  for (let i = 23; i < end; i += 1) if (Number.isNaN(digitAt(text, i))) return Number.NaN;
  return seconds * 1000 + fraction;
};

const PAIRS = Array.from({ length: 100 }, (_, n) => String(n).padStart(2, '0'));
const pair = (n: number): string => PAIRS[n] ?? '';

/** `YYYY-MM-DDTHH:MM:SS.mmm`; throws RangeError outside years 0001 to 9999 and for anything but whole milliseconds. */
export const formatWall = (wall: number): string => {
  if (!(Number.isInteger(wall) && wall >= FIRST_MS && wall <= LAST_MS)) {
    throw new RangeError(`${wall} is no whole number of milliseconds within the years 0001 to 9999.`);
  }
  const days = Math.floor(wall / MS_PER_DAY);
  const { year, month, day } = civilFromDays(days);
  const ms = wall - days * MS_PER_DAY;
  const date = `${pair(Math.floor(year / 100))}${pair(year % 100)}-${pair(month)}-${pair(day)}`;
  const hour = pair(Math.floor(ms / MS_PER_HOUR));
  const minute = pair(Math.floor(ms / MS_PER_MINUTE) % 60);
  const second = pair(Math.floor(ms / 1000) % 60);
  return `${date}T${hour}:${minute}:${second}.${Math.floor(ms / 100) % 10}${pair(ms % 100)}`;
};
