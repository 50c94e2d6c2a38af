import { plusMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Callers that commit come back soon where many put at once, so a write waits until this share of all callers is in it,
 * but no longer than `LINGER_MS`: an entry of 20 references costs what one of a single reference does.
 */
const GATHERED_SHARE = 0.625;
const LINGER_MS = 5;

/** Lets concurrent callers come together; one that is alone never waits. */
export type Gathering = {
  /** So many callers more (or fewer) are between their reference and their commit. */
  committing(callers: number): void;
  /** Tells that a caller came. */
  change(): void;
  /** Resolves when enough of all callers wait, or it took too long. */
  wait(waiting: () => number): Promise<void>;
};

export const makeGathering = (clock: Clock): Gathering => {
  let committing = 0;
  let changed = Promise.withResolvers<void>();

  const change = (): void => {
    changed.resolve();
    changed = Promise.withResolvers();
  };

  const wait = async (waiting: () => number): Promise<void> => {
    const isGathered = (): boolean => waiting() >= (waiting() + committing) * GATHERED_SHARE;
    if (isGathered()) return;
    const end = new AbortController();
    let over = false;
    const linger = clock.sleepUntil(plusMs(clock.now(), LINGER_MS), end.signal).then(() => {
      over = true;
    });
    while (!over && !isGathered()) await Promise.race([linger, changed.promise]);
    end.abort('gathered');
  };

  return {
    committing: (callers) => {
      committing += callers;
      change();
    },
    change,
    wait,
  };
};
