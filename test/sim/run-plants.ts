import type { Plant } from './plants.ts';
import { PLANTS } from './plants.ts';
import { liveThrough } from './pool.ts';
import { PROCESS_PLANTS } from './process/plants.ts';
import { hasProcesses } from './run-seed.ts';

export const ALL_PLANTS: readonly Plant[] = [...PLANTS, ...PROCESS_PLANTS];

/** A planted bug has the first so many seeds in which to be caught. */
const MOST_SEEDS = 1_000;

/** Worlds without process functions never run the code that these are in. */
const seedsFor = (plant: Plant): number[] => {
  const all = Array.from({ length: MOST_SEEDS }, (_, n) => n + 1);
  return PROCESS_PLANTS.includes(plant) ? all.filter(hasProcesses) : all;
};

export type Caught = {
  readonly plant: string;
  /** How many seeds it took; `undefined` where the bug survived. */
  readonly seeds: number | undefined;
  readonly seed?: number;
  readonly promise?: string;
  readonly what?: string;
};

const WHAT_CHARS = 90;

const tryPlant = async (plant: Plant, threads: number): Promise<Caught> => {
  let ran = 0;
  let caught: Caught = { plant: plant.name, seeds: undefined };
  await liveThrough({
    worlds: seedsFor(plant).map((seed) => ({ seed })),
    threads,
    plant,
    onReport: ({ seed, violations: [first] }) => {
      ran += 1;
      if (first)
        caught = { plant: plant.name, seeds: ran, seed, promise: first.promise, what: first.what.slice(0, WHAT_CHARS) };
      return !first;
    },
  });
  return caught;
};

/** Puts one bug after the other into the real code and counts the seeds until the checkers see it. */
export const tryPlants = async (
  threads: number,
  onCaught: (caught: Caught) => void,
  named = '',
): Promise<readonly Caught[]> => {
  const all: Caught[] = [];
  for (const plant of ALL_PLANTS) {
    if (!plant.name.includes(named)) continue;
    const caught = await tryPlant(plant, threads);
    onCaught(caught);
    all.push(caught);
  }
  return all;
};
