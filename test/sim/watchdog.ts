const TICK_MS = 1_000;

export type Watchdog = {
  /** Counts from nothing on. */
  start(): void;
  stop(): void;
};

/**
 * Calls `onHang` once `limitMs` of running time are over since `start`. It counts ticks and looks at no clock: a timer
 * that is late fires once, so the hours in which the process was stopped, or the machine asleep, count as one second.
 */
export const makeWatchdog = (limitMs: number, onHang: () => void): Watchdog => {
  let timer: NodeJS.Timeout | undefined;
  const stop = (): void => clearInterval(timer);
  const start = (): void => {
    stop();
    let leftMs = limitMs;
    timer = setInterval(() => {
      leftMs -= TICK_MS;
      if (leftMs > 0) return;
      stop();
      onHang();
    }, TICK_MS);
  };
  return { start, stop };
};
