import type { EpochMs } from '../time/epoch.ts';
import { parseHttpDate } from '../time/http-date.ts';

export const MAX_RETRY_AFTER_MS = 24 * 60 * 60 * 1000;

const SECONDS = /^[+-]?\d+(\.\d+)?(e\d+)?$/i;

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
