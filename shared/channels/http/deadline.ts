/** A timer that is started over and over. */
export type Deadline = {
  /** Counts `ms` from now; what was counted before is forgotten. */
  start(ms: number): void;
  stop(): void;
};

/**
 * Calls `onPassed` when a started deadline passes. It runs on the monotonic timer and not on the Clock port, because
 * a wall clock that steps back would leave a silent socket open, and one that steps forward would end them all.
 * An idle deadline does not keep the process alive.
 */
export const makeDeadline = (onPassed: () => void): Deadline => {
  let timer: NodeJS.Timeout | undefined;
  let timerMs = 0;
  return {
    start: (ms) => {
      if (timer !== undefined && ms === timerMs) {
        // Moving a timer on costs a tenth of a new one.
        timer.refresh();
        return;
      }
      clearTimeout(timer);
      timerMs = ms;
      // biome-ignore lint/style/noRestrictedGlobals: see above, a budget of real sockets is no time of the domain
      timer = setTimeout(onPassed, ms).unref();
    },
    stop: () => {
      clearTimeout(timer);
      timer = undefined;
    },
  };
};
