import type { TimerPort } from './context.ts';
import { END_OF_TIME } from './event-time.ts';
import { ProcessError } from './process-error.ts';
import { assertRunning, type Scope } from './state/scope.ts';
import type { Timer, TimerDomain } from './timer.ts';
import { findNamed, insertTimer, queueSize, removeTimer, type TimerQueue } from './timer-queue.ts';

/** The queues of both domains of a key: the cap counts them together. */
export type KeyTimers = { readonly event: TimerQueue; readonly processing: TimerQueue; readonly limit: number };

export const timerPort = (domain: TimerDomain, timers: KeyTimers, scope: Scope): TimerPort => {
  const queue = timers[domain];
  const add = (timer: Timer): void => {
    assertRunning(scope);
    addTimer(timers, timer);
  };

  return {
    set: (at) => add({ domain, at, name: null, everyMs: null }),
    delete: (at) => {
      assertRunning(scope);
      removeTimer(queue, { at, name: null });
    },
    setNamed: (name, at) => add({ domain, at, name, everyMs: null }),
    deleteNamed: (name) => {
      assertRunning(scope);
      const timer = findNamed(queue, name);
      if (timer) removeTimer(queue, timer);
    },
    named: (name) => {
      assertRunning(scope);
      return findNamed(queue, name)?.at ?? null;
    },
    every: (name, everyMs, firstAt) => {
      if (!(Number.isSafeInteger(everyMs) && everyMs > 0)) {
        throw new ProcessError('INVALID_TIMER', `A timer every ${everyMs} ms: use whole milliseconds above 0.`);
      }
      add({ domain, at: firstAt, name, everyMs });
    },
  };
};

/** Adds a timer within the cap of its key, or moves the one of its name; one that is there already counts once. */
export const addTimer = (timers: KeyTimers, timer: Timer): void => {
  checkTime(timer);
  const queue = timers[timer.domain];
  if (timer.name !== null) {
    if (timer.name === '') throw new ProcessError('INVALID_TIMER', 'A named timer needs a name that is not empty.');
    const old = findNamed(queue, timer.name);
    if (old) removeTimer(queue, old);
  }
  insertTimer(queue, timer);
  if (queueSize(timers.event) + queueSize(timers.processing) <= timers.limit) return;
  throw new ProcessError(
    'TOO_MANY_TIMERS',
    `The key would have more than ${timers.limit} timers: share them by aligning their times, or raise timersPerKey.`,
  );
};

/** When a periodic timer fires next: in its phase, the missed periods skipped. */
export const nextPeriod = (timer: { at: number; everyMs: number }, reached: number): number =>
  timer.at + Math.max(1, Math.floor((reached - timer.at) / timer.everyMs) + 1) * timer.everyMs;

function checkTime({ domain, at }: Timer): void {
  if (!Number.isSafeInteger(at)) {
    throw new ProcessError('INVALID_TIMER', `A timer at ${at}: use whole milliseconds since 1970.`);
  }
  if (domain === 'processing' && at === END_OF_TIME) {
    throw new ProcessError(
      'INVALID_TIMER',
      'A processing timer at the end of time would never fire: set none instead.',
    );
  }
}
