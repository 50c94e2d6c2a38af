import type { RetryPolicy } from '../../shared/core/delivery/retry.ts';
import { nominalDelayMs } from '../../shared/core/delivery/retry.ts';
import { closeOf, minuteOf } from '../../shared/core/segment/bucket.ts';
import { DEFAULT_TIMING } from '../../shared/core/segment/timing.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Arrival, Model } from './model.ts';
import type { Scene } from './scene.ts';

export const RETRY: RetryPolicy = { maxAttempts: 6, delaysMs: [5_000, 30_000, 60_000, 120_000], jitter: 0.2 };

export const PACED_PER_SECOND = 2;

/** In so many seconds no more attempts than the rate allows, and a few whose worker was late. */
const WINDOW_MS = 5_000;
const WINDOW_SLACK = 4;

/** Two processes measure a wait by clocks that differ by up to this. */
const SKEW_MS = 10_000;

/**
 * How late a message may start that no fault made late: a few slow calls, and a slow receiver's last answer, for which a
 * worker at the end of its time keeps its unit.
 */
const ON_TIME_MS = 13_000;

/** An hour ahead or behind, a worker cannot know when to try again. */
const wasWrong = ({ worker }: Arrival): boolean => worker.wrong.length > 0;

/** The next attempt comes no earlier than the schedule and the target's own wish say (P12). */
const checkRetries = (model: Model, scene: Scene): void => {
  const slackMs = scene.on.has('F36') ? SKEW_MS : 1;
  const first = new Map<string, Arrival>();
  for (const arrival of model.arrivals) {
    const name = `${arrival.id}|${arrival.attempt}`;
    if (!first.has(name)) first.set(name, arrival);
  }
  for (const arrival of first.values()) {
    const before = first.get(`${arrival.id}|${arrival.attempt - 1}`);
    if (!before?.failedAt || arrival.startedAt < before.startedAt || wasWrong(arrival) || wasWrong(before)) continue;
    const own = nominalDelayMs(RETRY, before.attempt) * (1 - RETRY.jitter);
    const earliest = before.failedAt + Math.max(own, before.retryAfterMs ?? 0) - slackMs;
    if (arrival.startedAt >= earliest) continue;
    model.violate(
      'P12',
      `attempt ${arrival.attempt} starts ${Math.ceil(earliest - arrival.startedAt)} ms too soon`,
      arrival.id,
    );
  }
};

/** All workers together keep to a target's rate; where their clocks differ, each keeps to it by its own. */
const checkRate = (model: Model, scene: Scene): void => {
  if (scene.on.has('F36') || scene.on.has('F14')) return;
  const starts = model.arrivals.filter(({ target }) => target === 'paced').map(({ startedAt }) => startedAt);
  starts.sort((a, b) => a - b);
  const most = (WINDOW_MS / 1000) * PACED_PER_SECOND + WINDOW_SLACK;
  starts.forEach((at, n) => {
    const last = starts[n + most];
    if (last === undefined || last - at >= WINDOW_MS) return;
    model.violate(
      'P12',
      `more than ${most} attempts within ${WINDOW_MS} ms at a target of ${PACED_PER_SECOND} a second`,
    );
  });
};

/** What more ticks were skipped than there is lookahead for is caught up with within a minute of the next one (F02). */
const CATCH_UP_MS = 60_000;

/** When the first tick ran that could open the bucket of an instant. */
const openedAt = ({ ticks }: Model, dueAt: number): number => {
  const readable = closeOf(minuteOf(epochMs(dueAt)), DEFAULT_TIMING) + DEFAULT_TIMING.guardMs;
  return ticks.find((at) => at >= readable) ?? Number.POSITIVE_INFINITY;
};

/** Where nothing makes anything late, nothing is (P7). */
const checkOnTime = (model: Model, scene: Scene): void => {
  if (!scene.mild) return;
  const hintsRefused = scene.on.has('F06');
  for (const { id, target, attempt, startedAt } of model.arrivals) {
    const accepted = model.accepted.get(id);
    if (!accepted || target !== 'push' || attempt > 1) continue;
    // A hint to a late entry that is refused is the sweep's to send.
    if (hintsRefused && accepted.dueAt - accepted.at < 7 * 60_000) continue;
    const from = Math.max(accepted.dueAt, accepted.at);
    const opened = openedAt(model, accepted.dueAt);
    const lateMs = startedAt - from;
    const excusedMs = opened > from ? opened - from + CATCH_UP_MS : ON_TIME_MS;
    if (lateMs > excusedMs) model.violate('P7', `${id} starts ${lateMs} ms late`, id);
  }
};

/** Leases of the dead, a tick or two, and a sweep; most worlds need a minute. */
const RECOVERED_WITHIN_MS = 10 * 60_000;

/** Whatever struck, soon after the last fault nothing that is due waits any more for a receiver that takes all (F40). */
const checkRecovery = (model: Model, scene: Scene, calmFrom: number): void => {
  // A clock may be an hour off for minutes after the others are right, and its process does nothing meanwhile.
  if (scene.on.has('F36')) return;
  for (const { id, target, attempt, startedAt } of model.arrivals) {
    const accepted = model.accepted.get(id);
    if (!accepted || target !== 'push' || attempt > 1) continue;
    const lateMs = startedAt - Math.max(accepted.dueAt, accepted.at, calmFrom);
    if (lateMs > RECOVERED_WITHIN_MS) model.violate('P7', `${id} starts ${lateMs} ms after the last fault`, id);
  }
};

/** `calmFrom` is when the last fault ended. */
export const checkPace = (model: Model, scene: Scene, calmFrom: number): void => {
  checkRetries(model, scene);
  checkRate(model, scene);
  checkOnTime(model, scene);
  checkRecovery(model, scene, calmFrom);
};
