import type { EpochMs } from '../core/time/epoch.ts';

/** The only source of time; adapters: the system's clock, a virtual one for tests and simulation. */
export interface Clock {
  now(): EpochMs;
  /**
   * Resolves at or after `at`, never before it; an abort ends the wait early without an error. `roughly`: some
   * milliseconds after will do, so that the processor may rest until then.
   */
  sleepUntil(at: EpochMs, signal?: AbortSignal, roughly?: 'roughly'): Promise<void>;
}
