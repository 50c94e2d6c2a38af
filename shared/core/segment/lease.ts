import type { EpochMs } from '../time/epoch.ts';
import type { Timing } from './timing.ts';
import type { LogRecord } from './unit-log.ts';

/** May a worker take the unit whose last record this is? */
export type LeaseVerdict =
  | { readonly kind: 'free'; readonly epoch: number }
  | { readonly kind: 'settled' }
  /** Somebody holds it, or may do so by a clock that differs by `skew`. */
  | { readonly kind: 'held'; readonly until: EpochMs }
  /** Nobody holds it and nothing is due for longer than a worker would wait. */
  | { readonly kind: 'resting'; readonly resumeAt: EpochMs };

export type LeaseQuestion = {
  readonly now: EpochMs;
  readonly timing: Timing;
  /** Owners that are known to have ended, such as an earlier process on the same data directory. */
  readonly isDead: (owner: string) => boolean;
};

/** Judges a lease; the holder acts until `until` by its clock, others wait `skew` longer by theirs. */
export const judgeLease = (last: LogRecord | undefined, question: LeaseQuestion): LeaseVerdict => {
  if (!last) return { kind: 'free', epoch: 1 };
  if (last.settled) return { kind: 'settled' };
  const { now, timing } = question;
  const freeFrom = last.until + timing.skewMs;
  if (last.until > 0 && now < freeFrom && !question.isDead(last.owner)) {
    return { kind: 'held', until: freeFrom as EpochMs };
  }
  if (last.until === 0 && last.resumeAt !== undefined && last.resumeAt - now > timing.holdMaxMs) {
    return { kind: 'resting', resumeAt: last.resumeAt };
  }
  return { kind: 'free', epoch: last.epoch + 1 };
};
