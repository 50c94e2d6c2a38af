/** A date of the proleptic Gregorian calendar, years 1 to 9999, months and days from 1. */
export type CivilDate = { readonly year: number; readonly month: number; readonly day: number };

const DAYS_FROM_0001_TO_1970 = 719_162;

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);

const daysBeforeYear = (year: number): number => {
  const past = year - 1;
  return past * 365 + Math.floor(past / 4) - Math.floor(past / 100) + Math.floor(past / 400);
};

/** What February lacks of 30 days; the month formulas below pretend that it has 30. */
const missingFebruaryDays = (year: number): number => (isLeap(year) ? 1 : 2);

export const daysInMonth = (year: number, month: number): number =>
  month === 2 ? 30 - missingFebruaryDays(year) : 30 + ((month + (month >> 3)) & 1);

/** Days since 1970-01-01; the date must exist. */
export const daysFromCivil = (year: number, month: number, day: number): number => {
  const beforeMonth = Math.floor((367 * month - 362) / 12) - (month > 2 ? missingFebruaryDays(year) : 0);
  return daysBeforeYear(year) + beforeMonth + day - 1 - DAYS_FROM_0001_TO_1970;
};

/** The inverse of `daysFromCivil`. */
export const civilFromDays = (days: number): CivilDate => {
  const since0001 = days + DAYS_FROM_0001_TO_1970;
  // The mean length of a year gives the year or the one before it.
  const guess = Math.floor(since0001 / 365.2425) + 1;
  const year = daysBeforeYear(guess + 1) <= since0001 ? guess + 1 : guess;
  const dayOfYear = since0001 - daysBeforeYear(year);
  const padded = dayOfYear + (dayOfYear >= 61 - missingFebruaryDays(year) ? missingFebruaryDays(year) : 0);
  const month = Math.floor((12 * padded + 373) / 367);
  return { year, month, day: padded - Math.floor((367 * month - 362) / 12) + 1 };
};
