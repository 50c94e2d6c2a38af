import { Problem } from '../core/problem.ts';
import type { Engine } from './engine.ts';

/** A clock further from the store's than this is not trusted with leases, closes or due times (F36). */
const MAX_SKEW_MS = 30_000;

/** True where this machine's clock is known to be too far off. */
export const clockIsOff = ({ skewMs }: Engine): boolean => Math.abs(skewMs?.() ?? 0) > MAX_SKEW_MS;

/**
 * True where it is still too far off. Asks the store, whose answer brings the time: a process that did nothing more once
 * its clock was wrong would never learn that it was put right.
 */
export const clockStaysOff = async (engine: Engine): Promise<boolean> => {
  if (!clockIsOff(engine)) return false;
  await engine.store.get({ table: 'control', pk: 'clock', sk: '-' });
  return clockIsOff(engine);
};

/** Throws Problem 503 where this machine's clock cannot be trusted: another one may answer. */
export const requireClock = async (engine: Engine): Promise<void> => {
  if (!(await clockStaysOff(engine))) return;
  throw new Problem(503, 'CLOCK_SKEW', 'The clock of this machine is wrong by more than 30 s; repeat the call.', {
    headers: { 'retry-after': '5' },
  });
};
