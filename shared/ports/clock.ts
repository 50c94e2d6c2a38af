import type { EpochMs } from '../core/time/epoch.ts';

/** The only source of time; adapters: the system's clock, a virtual one for tests and simulation. */
export interface Clock {
  now(): EpochMs;
  /** Resolves at or after `at`, never before it; an abort ends the wait early without an error. */
  sleepUntil(at: EpochMs, signal?: AbortSignal): Promise<void>;
}
