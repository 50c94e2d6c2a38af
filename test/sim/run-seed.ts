import { runProcessSeed } from './process/process-world.ts';
import type { SeedOptions, SeedReport } from './world.ts';
import { runMessageSeed } from './world.ts';

/** One world in so many has process functions. */
const EVERY = 8;

/** True where the world of a seed has process functions, false where it has messages only. */
export const hasProcesses = (seed: number): boolean => seed % EVERY === EVERY - 1;

/** Lives through one seed, in the kind of world that it stands for. */
export const runSeed = (seed: number, options: SeedOptions = {}): Promise<SeedReport> =>
  hasProcesses(seed) ? runProcessSeed(seed, options) : runMessageSeed(seed, options);
