import { plusSaturating } from '../event-time.ts';
import { ProcessError } from '../process-error.ts';
import type { Scope } from './scope.ts';

/** How long state lives, in milliseconds of processing time. */
export type Ttl = {
  readonly ms: number;
  /** What starts the time anew. Default `create-and-write`. */
  readonly refresh?: 'create-and-write' | 'read-and-write';
  /** `until-cleaned` gives an expired value once more; that read removes it. Default `never`. */
  readonly returnExpired?: 'never' | 'until-cleaned';
};

/** A stored value and, where the state has a TTL, when it was last written (or read). */
export type Stamped<T> = readonly [value: T, at?: number];

export const checkTtl = (name: string, ttl: Ttl | undefined): void => {
  if (ttl && !(ttl.ms > 0)) {
    throw new ProcessError('INVALID_DEFINITION', `State "${name}" has a TTL of ${ttl.ms} ms: it has to be positive.`);
  }
};

/** Inclusive: what was written at 0 with 100 ms to live is gone at 100. */
export const isExpired = (at: number | undefined, ttl: Ttl | undefined, now: number): boolean =>
  ttl !== undefined && at !== undefined && plusSaturating(at, ttl.ms) <= now;

export const stamp = <T>(value: T, ttl: Ttl | undefined, scope: Scope): Stamped<T> =>
  ttl ? [value, scope.now] : [value];

export const readsRefresh = (ttl: Ttl | undefined): boolean => ttl?.refresh === 'read-and-write';

export const givesExpired = (ttl: Ttl | undefined): boolean => ttl?.returnExpired === 'until-cleaned';
