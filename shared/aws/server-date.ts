import { parseHttpDate } from '../core/time/http-date.ts';
import type { Clock } from '../ports/clock.ts';

/** `Date` has whole seconds: in the middle of one the error is smallest. */
const HALF_A_SECOND_MS = 500;

/**
 * Given the `Date` of each answer, tells `onSkew` by how many milliseconds `clock` is ahead of the server (negative: behind),
 * give or take half a second and the way back. An unusable date tells nothing.
 */
export const reportSkew =
  (clock: Clock, onSkew: (aheadMs: number) => void) =>
  (date: string): void => {
    const server = parseHttpDate(date);
    if (server !== undefined) onSkew(clock.now() - server - HALF_A_SECOND_MS);
  };
