import { fieldProblem, Problem } from '../../core/problem.ts';
import type { ApiLimits } from '../limits.ts';
import { TRACEPARENT_FORM } from '../message/schema.ts';

/** Names in lower case, as API Gateway has them; repeated ones joined by commas. */
export type RequestHeaders = Readonly<Record<string, string | undefined>>;

/** 1–255 printable ASCII characters, blanks inside only. */
const IDEMPOTENCY_KEY = /^[!-~](?:[ -~]{0,253}[!-~])?$/;
const MINIMAL = /(?:^|[,;])\s*return\s*=\s*"?minimal"?\s*(?=$|[,;])/i;

/** Throws 431 for more than the carrier should have let through (H15). */
export function judgeHeaderSize(headers: RequestHeaders, limits: ApiLimits): void {
  const entries = Object.entries(headers);
  const bytes = entries.reduce((sum, [name, value = '']) => sum + name.length + Buffer.byteLength(value), 0);
  if (entries.length <= limits.headers && bytes <= limits.headerBytes) return;
  const detail = `${entries.length} headers of ${bytes} bytes; at most ${limits.headers} of ${limits.headerBytes} are taken.`;
  throw new Problem(431, 'HEADERS_TOO_LARGE', detail);
}

/** Throws 400 where it is missing (H21) or not 1–255 printable ASCII characters (H23). */
export function idempotencyKeyOf(headers: RequestHeaders): string {
  const key = headers['idempotency-key'];
  const pointer = '/header/Idempotency-Key';
  if (key === undefined) {
    const detail = 'Send an Idempotency-Key: the same for a repeated call, a new one for every other.';
    throw fieldProblem(400, 'IDEMPOTENCY_KEY_REQUIRED', pointer, detail);
  }
  if (IDEMPOTENCY_KEY.test(key)) return key;
  const detail = `The Idempotency-Key has ${key.length} characters; give 1 to 255 of printable ASCII, no blank at the ends.`;
  throw fieldProblem(400, 'INVALID_IDEMPOTENCY_KEY', pointer, detail);
}

/** RFC 7240: leave the results of single items out of the answer. */
export const prefersMinimal = (headers: RequestHeaders): boolean => MINIMAL.test(headers.prefer ?? '');

/** The trace that the request is part of; one that cannot be read is as none, as W3C asks. */
export const traceparentOf = (headers: RequestHeaders): string | undefined => {
  const traceparent = headers.traceparent;
  return traceparent !== undefined && TRACEPARENT_FORM.test(traceparent) ? traceparent : undefined;
};
