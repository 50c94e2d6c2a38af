import type { EpochMs } from '../core/time/epoch.ts';
import { plusMs } from '../core/time/epoch.ts';
import { StoreError } from '../ports/store-error.ts';
import type { Engine } from './engine.ts';

const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/**
 * Repeats a store call that may be repeated, with growing waits, while there is time: a worker that gave up at the
 * first throttle would leave what it sent unlogged, and another would send it again (P3).
 */
export const persist = async <T>(engine: Engine, until: EpochMs, call: () => Promise<T>): Promise<T> => {
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(LONGEST_WAIT_MS, waitMs * 2)) {
    try {
      return await call();
    } catch (error) {
      const now = engine.clock.now();
      if (!(error instanceof StoreError) || !error.retryable || now + waitMs >= until) throw error;
      if (error.code === 'THROTTLED') engine.telemetry.count('throttled', 1);
      await engine.clock.sleepUntil(plusMs(now, waitMs));
    }
  }
};
