import type { Target } from '../core/delivery/target.ts';

/** Reads targets on the fire path; cached for a few seconds, so a change takes effect within them. */
export type TargetLookup = {
  find(name: string): Promise<Target | undefined>;
};
