import { type Failure, type FaultReason, faultFailure, statusFailure } from '../../core/delivery/outcome.ts';
import { parseRetryAfter } from '../../core/delivery/retry-after.ts';
import type { Outcome } from '../../ports/channel.ts';
import type { Clock } from '../../ports/clock.ts';

/** What has come of a target's answer so far; status 0 while there is none. */
export type Answer = {
  status: number;
  bytes: number;
  retryAfter: string | undefined;
  /** The first bytes of the body, kept for failures only. */
  excerpt: Buffer | undefined;
};

const MAX_ANSWER_BYTES = 20_000;

const MAX_EXCERPT_BYTES = 1024;

/** One object a status: a million deliveries share them. */
const SENT: readonly Outcome[] = Array.from({ length: 100 }, (_, n) => ({ kind: 'sent', status: 200 + n }));

export const noAnswer = (): Answer => ({ status: 0, bytes: 0, retryAfter: undefined, excerpt: undefined });

export const takeBody = (answer: Answer, chunk: Buffer): void => {
  answer.bytes += chunk.length;
  if (answer.status >= 300) answer.excerpt = lengthened(answer.excerpt, chunk);
};

/** True where the body is longer than anyone reads; the status alone counts then. */
export const isOverlong = (answer: Answer): boolean => answer.bytes > MAX_ANSWER_BYTES;

/** A copy, so that a few bytes do not keep the whole network buffer alive. */
const lengthened = (excerpt: Buffer | undefined, chunk: Buffer): Buffer => {
  if (excerpt === undefined) return Buffer.from(chunk.subarray(0, MAX_EXCERPT_BYTES));
  if (excerpt.length === MAX_EXCERPT_BYTES) return excerpt;
  return Buffer.concat([excerpt, chunk.subarray(0, MAX_EXCERPT_BYTES - excerpt.length)]);
};

/** How an attempt ended that was answered, with the whole body or as much of it as is read. */
export const answeredOutcome = (answer: Answer, retryOn: readonly number[], clock: Clock): Outcome => {
  const failure = statusFailure(answer.status, retryOn);
  if (failure === undefined) return SENT[answer.status - 200] ?? { kind: 'sent' };
  const outcome = failedOutcome(failure, answer);
  if (answer.retryAfter === undefined || !failure.retryable) return outcome;
  const retryAfterMs = parseRetryAfter(answer.retryAfter, clock.now());
  return retryAfterMs === undefined ? outcome : { ...outcome, retryAfterMs };
};

/** How an attempt ended that found no answer, or lost it on the way. */
export const faultOutcome = (reason: FaultReason, answer: Answer): Outcome =>
  failedOutcome(faultFailure(reason), answer);

const failedOutcome = (failure: Failure, { status, excerpt }: Answer): Outcome & { kind: 'failed' } => ({
  kind: 'failed',
  ...failure,
  ...(status > 0 && { status }),
  // A character that was cut in two, and bytes that are no text, become U+FFFD.
  ...(excerpt !== undefined && { response: excerpt.toString('utf8') }),
});
