import type { EpochMs } from '../core/time/epoch.ts';

/** What ends a sleep early: an `AbortSignal`, or an `Interruption`. */
export type SleepSignal = {
  readonly aborted: boolean;
  addEventListener(type: 'abort', end: () => void, options?: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', end: () => void): void;
};

/** The only source of time; adapters: the system's clock, a virtual one for tests and simulation. */
export interface Clock {
  now(): EpochMs;
  /**
   * Resolves at or after `at`, never before it; an abort ends the wait early without an error. `roughly`: some
   * milliseconds after will do, so that the processor may rest until then.
   */
  sleepUntil(at: EpochMs, signal?: SleepSignal, roughly?: 'roughly'): Promise<void>;
}
