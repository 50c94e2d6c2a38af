import { Interruption } from '../shared/core/interruption.ts';
import { type EpochMs, plusMs } from '../shared/core/time/epoch.ts';
import type { Clock } from '../shared/ports/clock.ts';

/** The answer goes out so long before the deadline even where a part of the work hangs: then only that counts as failed. */
const ANSWER_BEFORE_MS = 1_000;

/** Waits for `work`, but not until a function is ended. */
export const withinTime = async (work: Promise<unknown>, clock: Clock, deadline: EpochMs): Promise<void> => {
  const done = new Interruption();
  await Promise.race([work, clock.sleepUntil(plusMs(deadline, -ANSWER_BEFORE_MS), done)]);
  done.abort();
};
