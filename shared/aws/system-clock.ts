import { type EpochMs, epochMs } from '../core/time/epoch.ts';
import type { Clock, SleepSignal } from '../ports/clock.ts';

/**
 * Timers come up to 2 ms late, so the last stretch is not slept but watched. That takes all of a processor, which who
 * needs no exactness leaves to others.
 */
const WATCH_MS = 2;

/** The longest that one timer may be; longer sleeps look at the clock in between, which may have been set. */
const LONGEST_TIMER_MS = 60_000;

const timer = (ms: number, signal: SleepSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(handle);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const handle = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
  });

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** The {@link Clock} of the machine. */
export const makeSystemClock = (): Clock => {
  const now = (): EpochMs => epochMs(Date.now());
  return {
    now,
    sleepUntil: async (at, signal, roughly) => {
      if (Number.isNaN(at)) throw new RangeError('The instant to sleep until is not a number.');
      for (let left = at - now(); left > 0 && !signal?.aborted; left = at - now()) {
        const watchMs = roughly ? 0 : WATCH_MS;
        if (left > watchMs) await timer(Math.min(left - watchMs, LONGEST_TIMER_MS), signal);
        else await turn();
      }
    },
  };
};
