import type { EpochMs } from './epoch.ts';
import { parseInstant } from './instant.ts';

const HTTP_DATE = /^[A-Z][a-z]+, (\d\d)[ -]([A-Z][a-z]{2})[ -](\d{4}|\d\d) (\d\d:\d\d:\d\d) GMT$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The instant of an HTTP date in one of the two forms that name a zone (RFC 9110 section 5.6.7), else `undefined`. */
export const parseHttpDate = (text: string): EpochMs | undefined => {
  const [, day, monthName = '', yearText = '', time] = HTTP_DATE.exec(text) ?? [];
  const month = String(MONTHS.indexOf(monthName) + 1).padStart(2, '0');
  // Two digits come with the obsolete form only; a time to wait for lies in this century.
  const year = yearText.padStart(4, '20');
  const read = parseInstant(`${year}-${month}-${day}T${time}Z`);
  return read.ok ? read.value : undefined;
};
