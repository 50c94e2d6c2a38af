import { runProcessSeed } from './process/process-world.ts';
import type { SeedOptions, SeedReport } from './world.ts';
import { runMessageSeed } from './world.ts';

/** One world in so many has process functions: it takes twice as long as one of messages, and has a third of them. */
const EVERY = 14;

/** True where the world of a seed has process functions, false where it has messages only. */
export const hasProcesses = (seed: number): boolean => seed % EVERY === EVERY / 2;

/** Lives through one seed, in the kind of world that it stands for. */
export const runSeed = (seed: number, options: SeedOptions = {}): Promise<SeedReport> =>
  hasProcesses(seed) ? runProcessSeed(seed, options) : runMessageSeed(seed, options);
