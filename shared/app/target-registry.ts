import type { Target } from '../core/delivery/target.ts';

/** Reads targets on the fire path; cached for a few seconds, so a change takes effect within them. */
export type TargetLookup = {
  find(name: string): Promise<Target | undefined>;
};

/** Reads targets as they are stored. */
export type TargetReader = TargetLookup & {
  /** Those that are not there, or damaged, are left out. */
  findMany(names: readonly string[]): Promise<ReadonlyMap<string, Target>>;
};
