import { Problem } from '../core/problem.ts';
import type { Engine } from './engine.ts';

/** A clock further from the store's than this is not trusted with leases, closes or due times (F36). */
const MAX_SKEW_MS = 30_000;

/** True where this machine's clock is known to be too far off. */
export const clockIsOff = ({ skewMs }: Engine): boolean => Math.abs(skewMs?.() ?? 0) > MAX_SKEW_MS;

/** Throws Problem 503 where this machine's clock cannot be trusted: another one may answer. */
export const requireClock = (engine: Engine): void => {
  if (!clockIsOff(engine)) return;
  throw new Problem(503, 'CLOCK_SKEW', 'The clock of this machine is wrong by more than 30 s; repeat the call.', {
    headers: { 'retry-after': '5' },
  });
};
