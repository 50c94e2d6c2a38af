import { epochMs } from '../core/time/epoch.ts';
import type { Clock } from '../ports/clock.ts';
import type { StoreError } from '../ports/store-error.ts';
import { toStoreError } from './service-error.ts';

const FIRST_WAIT_MS = 25;
const LONGEST_WAIT_MS = 2_000;

export type Backoff = {
  readonly clock: Clock;
  /** In [0, 1): spreads the waits of callers that were turned away together. */
  readonly random: () => number;
  /** Waits altogether no longer than this before it gives up. */
  readonly budgetMs: number;
};

/** The wait before try `n` + 1 (from 1): anywhere up to a bound that doubles. */
export const waitBefore = (n: number, random: () => number): number =>
  Math.ceil(random() * Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** n));

/** Repeats a call while `again` allows, with growing random waits within the budget; throws the last `StoreError`. */
export const withBackoff = async <T>(
  { clock, random, budgetMs }: Backoff,
  call: { readonly name: string; readonly run: () => Promise<T>; readonly again: (error: StoreError) => boolean },
): Promise<T> => {
  const giveUpAt = clock.now() + budgetMs;
  for (let n = 1; ; n += 1) {
    try {
      return await call.run();
    } catch (caught) {
      const error = toStoreError(caught, call.name);
      const next = epochMs(clock.now() + waitBefore(n, random));
      if (!call.again(error) || next > giveUpAt) throw error;
      await clock.sleepUntil(next);
    }
  }
};
