import type { EpochMs } from '../time/epoch.ts';
import { parseInstant } from '../time/instant.ts';

export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

const SECONDS = /^[+-]?\d+(\.\d+)?(e\d+)?$/i;
const HTTP_DATE = /^[A-Z][a-z]+, (\d\d)[ -]([A-Z][a-z]{2})[ -](\d{4}|\d\d) (\d\d:\d\d:\d\d) GMT$/;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/**
 * How long a `Retry-After` header asks to wait, in milliseconds clamped to [0, 24 h]; `undefined` where it says
 * nothing readable. Takes seconds and the two HTTP date forms that name a zone (RFC 9110 section 5.6.7).
 */
export const parseRetryAfter = (header: string, now: EpochMs): number | undefined => {
  const text = header.trim();
  if (SECONDS.test(text)) return clamp(Number(text) * 1000);
  const at = parseHttpDate(text);
  return at === undefined ? undefined : clamp(at - now);
};

const clamp = (ms: number): number => Math.ceil(Math.min(MAX_RETRY_AFTER_MS, Math.max(0, ms)));

const parseHttpDate = (text: string): EpochMs | undefined => {
  const [, day, monthName = '', yearText = '', time] = HTTP_DATE.exec(text) ?? [];
  const month = String(MONTHS.indexOf(monthName) + 1).padStart(2, '0');
  // Two digits come with the obsolete form only; a time to wait for lies in this century.
  const year = yearText.padStart(4, '20');
  const read = parseInstant(`${year}-${month}-${day}T${time}Z`);
  return read.ok ? read.value : undefined;
};
