import type { EpochMs } from '../core/time/epoch.ts';
import type { Clock, SleepSignal } from '../ports/clock.ts';

export type VirtualClock = Clock & {
  /**
   * Moves time forward to `at`, stopping at every instant that somebody waits for: sleepers of one instant wake in the
   * order in which they went to sleep, and all that follows without a timer runs before time moves on.
   */
  advanceTo(at: EpochMs): Promise<void>;
  /** The next instant that somebody waits for. */
  nextWakeAt(): EpochMs | undefined;
  /** Sets the time, also backwards, as a corrected system clock does; sleepers look again at the next `advanceTo`. */
  setTo(at: EpochMs): void;
};

type Sleeper = { readonly at: EpochMs; readonly wake: () => void };

/** A {@link Clock} that stands still until it is told to move; equal programs see equal orders of events. */
export function makeVirtualClock(start: EpochMs): VirtualClock {
  let now = start;
  /** By instant, then by arrival. */
  const sleepers: Sleeper[] = [];

  function sleepUntil(at: EpochMs, signal?: SleepSignal): Promise<void> {
    if (Number.isNaN(at)) return Promise.reject(new RangeError('The instant to sleep until is not a number.'));
    if (at <= now || signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper = {
        at,
        wake: () => {
          signal?.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = () => {
        sleepers.splice(sleepers.indexOf(sleeper), 1);
        resolve();
      };
      signal?.addEventListener('abort', leave, { once: true });
      sleepers.splice(placeOf(sleepers, at), 0, sleeper);
    });
  }

  async function advanceTo(at: EpochMs): Promise<void> {
    if (!(at >= now)) throw new RangeError(`The clock stands at ${now} and cannot advance to ${at}; use setTo.`);
    await settle();
    for (let next = sleepers[0]; next !== undefined && next.at <= at; next = sleepers[0]) {
      now = max(now, next.at);
      while (sleepers[0] !== undefined && sleepers[0].at <= now) sleepers.shift()?.wake();
      await settle();
    }
    now = max(now, at);
  }

  return {
    now: () => now,
    sleepUntil,
    advanceTo,
    nextWakeAt: () => sleepers[0]?.at,
    setTo: (at) => {
      now = at;
    },
  };
}

const max = (a: EpochMs, b: EpochMs): EpochMs => (a > b ? a : b);

/** The index behind all sleepers that wake no later than `at`. */
function placeOf(sleepers: readonly Sleeper[], at: EpochMs): number {
  let low = 0;
  let high = sleepers.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sleepers[middle] as Sleeper).at <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Lets every promise that is ready run: an immediate comes only when no microtask is left. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
