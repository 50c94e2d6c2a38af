import { causeOf } from './duplicate-cause.ts';
import type { Arrival, Model, Revoked } from './model.ts';
import { MOST_SKEW_MS } from './model.ts';
import type { Weather } from './weather.ts';

/** So long before a message is due its worker reads whether it was cancelled, at the earliest (T5). */
const READ_AHEAD_MS = 1_000;

/** Clocks further apart than this excuse a cancel that was not seen: it was decided up to 1 s after it was read. */
const EXCUSED_SKEW_MS = 1_000;

/** True where the word of a cancel stood in the store before the worker of this attempt read, by that worker's clock. */
const mustHaveSeen = (model: Model, { id, offsetMs, startedAt }: Arrival): boolean => {
  const storedAt = model.cancelStoredAt.get(id);
  const dueAt = model.accepted.get(id)?.dueAt;
  if (storedAt === undefined || dueAt === undefined || storedAt >= startedAt) return false;
  return storedAt + offsetMs < dueAt - READ_AHEAD_MS;
};

/** True where nobody could know that the clock of who answered was wrong. */
const isTrusted = ({ offsetMs }: Revoked): boolean => Math.abs(offsetMs) <= MOST_SKEW_MS;

/** True where a worker whose clock is so far ahead may have started what was cancelled in time by the other clock. */
export const isSkewed = (revoked: Revoked, workerOffsetMs: number): boolean =>
  isTrusted(revoked) && Math.abs(workerOffsetMs - revoked.offsetMs) >= EXCUSED_SKEW_MS;

/**
 * True where a worker whose clock is so far apart had started an attempt before the answer, as whoever answered could not
 * know: where that failed, its retry lies in another segment than the word of the cancel.
 */
export const startedSkewed = (revoked: Revoked, arrivals: readonly Arrival[]): boolean =>
  arrivals.some(({ id, startedAt, offsetMs }) => {
    return id === revoked.id && startedAt < revoked.at && isSkewed(revoked, offsetMs);
  });

type Ended = {
  readonly id: string;
  readonly state: 'sent' | 'cancelled';
  /** Those that the logs have. */
  readonly attempts: number;
  readonly arrivals: readonly Arrival[];
};

/**
 * Holds a cancel that was acknowledged against what its receiver saw (P9). It saw nothing, but for what nobody who is left
 * can know of: an attempt that started before the answer, and before its worker could see the cancel, and that no log has
 * for a reason. What a log has was not cancelled, unless clocks were apart.
 */
export const checkCancelled = (
  model: Model,
  weather: Pick<Weather, 'wasDown'>,
  { id, state, attempts, arrivals }: Ended,
): void => {
  const revoked = model.revoked.get(id);
  const reached = arrivals.filter(({ acted, answerLost }) => acted && !answerLost);
  if (revoked?.how !== 'cancelled' || reached.length === 0) return;
  const isUnknown = (arrival: Arrival): boolean =>
    arrival.startedAt < revoked.at && !mustHaveSeen(model, arrival) && causeOf(weather, arrival) !== undefined;
  const isExcused =
    state === 'cancelled'
      ? isTrusted(revoked) && reached.length <= arrivals.length - attempts && reached.every(isUnknown)
      : reached.some(({ offsetMs }) => isSkewed(revoked, offsetMs)) || startedSkewed(revoked, arrivals);
  if (!isExcused) model.violate('P9', `${id} was sent and its cancel was acknowledged`, id);
};
