import { Interruption } from '../core/interruption.ts';
import { plusMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';

/**
 * Callers come back soon where many put at once, so a write waits until this share of the crowd is in it: an entry of 20
 * references costs what one of a single reference does. It does not wait for all of them: the rest commits meanwhile.
 */
const GATHERED_SHARE = 0.85;

/**
 * It gives up where nothing moves in so many looks, one a millisecond, and after so long in any case. Looks are counted
 * and not milliseconds: while this process is busy with its commits it hears of no caller.
 */
const QUIET_LOOKS = 20;
const LONGEST_MS = 100;

/** Lets concurrent callers come together; one that is alone does not wait, or once where it was one of many just before. */
export type Gathering = {
  /** So many callers more (or fewer) are between their reference and their commit. */
  committing(callers: number): void;
  /** Tells that a caller came. */
  change(): void;
  /** Resolves when enough of the crowd waits, or it took too long. One write waits at a time. */
  wait(waiting: () => number): Promise<void>;
};

export const makeGathering = (clock: Clock): Gathering => {
  let committing = 0;
  /** The most callers that were here at once, since a write last waited in vain: some are always on their way back. */
  let crowd = 0;
  let changes = 0;
  /** Looks whether the write that waits has to wait on. */
  let look = (): void => {};

  const change = (): void => {
    changes += 1;
    look();
  };

  /** Resolves when nothing moves any more, or it takes too long, or `signal` ends it. */
  const untilQuiet = async (signal: Interruption): Promise<void> => {
    const giveUpAt = plusMs(clock.now(), LONGEST_MS);
    for (let quiet = 0; quiet < QUIET_LOOKS && !signal.aborted && clock.now() < giveUpAt; ) {
      const before = changes;
      await clock.sleepUntil(plusMs(clock.now(), 1), signal, 'roughly');
      quiet = changes === before ? quiet + 1 : 0;
    }
  };

  const wait = async (waiting: () => number): Promise<void> => {
    const isGathered = (): boolean => {
      crowd = Math.max(crowd, waiting() + committing);
      return waiting() >= crowd * GATHERED_SHARE;
    };
    if (isGathered()) return;
    const end = new Interruption();
    look = () => {
      if (isGathered()) end.abort();
    };
    await untilQuiet(end);
    look = () => {};
    if (!end.aborted) crowd = waiting() + committing;
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
