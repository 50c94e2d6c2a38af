import { nextDelayMs } from '../../core/delivery/retry.ts';
import type { Target } from '../../core/delivery/target.ts';
import { hash32 } from '../../core/hash.ts';
import type { EndKind } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import type { Delivery, Outcome } from '../../ports/channel.ts';

/** What follows from the end of an attempt. */
export type Verdict =
  | { readonly kind: 'sent' }
  | { readonly kind: 'retry'; readonly at: EpochMs }
  | { readonly kind: 'end'; readonly as: EndKind };

export type Attempt = {
  readonly target: Target;
  readonly delivery: Delivery;
  readonly atMostOnce: boolean;
  readonly notAfter: EpochMs | undefined;
};

/**
 * Judges an attempt that ended at `now`. A message that may be sent at most once is tried again only where the failed
 * attempt cannot have had an effect (P5); a retry that could only start after `notAfter` makes it expired (P8).
 */
export const judgeOutcome = (attempt: Attempt, outcome: Outcome, now: EpochMs): Verdict => {
  if (outcome.kind === 'sent') return { kind: 'sent' };
  // A gate refuses so before the attempt.
  if (outcome.reason === 'NOT_AFTER') return { kind: 'end', as: 'expired' };
  if (attempt.atMostOnce && outcome.effectPossible) return { kind: 'end', as: 'unknown' };
  if (!outcome.retryable) return { kind: 'end', as: 'dead' };
  const { delivery, target, notAfter } = attempt;
  const hash01 = hash32(delivery.messageId, delivery.attempt) / 2 ** 32;
  const asked = outcome.retryAfterMs === undefined ? {} : { retryAfterMs: outcome.retryAfterMs };
  const delayMs = nextDelayMs(target.retry, delivery.attempt, { hash01, ...asked });
  if (delayMs === undefined) return { kind: 'end', as: 'dead' };
  const at = plusMs(now, delayMs);
  return notAfter !== undefined && at > notAfter ? { kind: 'end', as: 'expired' } : { kind: 'retry', at };
};
