/**
 * When to try again. `delaysMs[n]` is the wait after failed attempt n + 1; the last one repeats.
 * `jitter` spreads each wait over [delay × (1 − jitter), delay × (1 + jitter)], evenly, by the message's own hash.
 */
export type RetryPolicy = {
  readonly maxAttempts: number;
  readonly delaysMs: readonly number[];
  readonly jitter: number;
  /** Status codes that are tried again although the default says no. */
  readonly retryOn?: readonly number[];
};

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/**
 * The schedule that Standard Webhooks recommends: 10 attempts over about 75 hours.
 * The jitter is a share of the wait, not full jitter over [0, wait]: that would halve the 75 hours and could try
 * again at once, while a fifth is enough to tear a wave of equal due times apart.
 */
export const STANDARD_RETRY_POLICY: RetryPolicy = {
  maxAttempts: 10,
  delaysMs: [
    5 * SECOND_MS,
    5 * MINUTE_MS,
    30 * MINUTE_MS,
    2 * HOUR_MS,
    5 * HOUR_MS,
    10 * HOUR_MS,
    14 * HOUR_MS,
    20 * HOUR_MS,
    24 * HOUR_MS,
  ],
  jitter: 0.2,
};

/** The wait after failed attempt `attempt` (1 for the first), before jitter. */
export const nominalDelayMs = (policy: RetryPolicy, attempt: number): number =>
  policy.delaysMs[Math.min(attempt, policy.delaysMs.length) - 1] ?? 0;

/**
 * How long to wait after failed attempt `attempt` (1 for the first), in whole milliseconds; `undefined` where the
 * policy gives up. `hash01` in [0, 1) places this message within the jitter; derive it from the message id, so that
 * the same failure always leads to the same instant.
 *
 * Never shorter than `retryAfterMs`: where the target asked for a longer wait than ours, the jitter only adds to it,
 * up to `jitter` of it, so that the messages it held back do not return in one instant.
 */
export const nextDelayMs = (
  policy: RetryPolicy,
  attempt: number,
  { hash01, retryAfterMs = 0 }: { readonly hash01: number; readonly retryAfterMs?: number },
): number | undefined => {
  if (attempt >= policy.maxAttempts) return undefined;
  const own = nominalDelayMs(policy, attempt) * (1 + policy.jitter * (2 * hash01 - 1));
  const asked = retryAfterMs * (1 + policy.jitter * hash01);
  return Math.ceil(Math.max(own, asked));
};
