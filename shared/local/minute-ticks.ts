/** Ends the ticks; one that runs is left alone, as it may be cut off anywhere. */
export type MinuteTicks = { stop(): void };

const MINUTE_MS = 60_000;
/** A bucket may be read one second after its close, which is on the minute. */
const AFTER_THE_MINUTE_MS = 1_200;

/** Calls `tick` shortly after every full minute, never two at once; what it throws goes to `onError`. */
export function startMinuteTicks(tick: () => Promise<unknown>, onError: (error: unknown) => void): MinuteTicks {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const next = (): void => {
    if (stopped) return;
    const waitMs = MINUTE_MS - ((Date.now() - AFTER_THE_MINUTE_MS) % MINUTE_MS);
    timer = setTimeout(run, waitMs);
  };

  const run = async (): Promise<void> => {
    try {
      await tick();
    } catch (error) {
      if (!stopped) onError(error);
    }
    next();
  };

  next();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
