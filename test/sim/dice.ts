import { hash32 } from '../../shared/core/hash.ts';
import { makeRandom } from '../support/random.ts';

/** Chance from a seed. Every part of a world has dice of its own, so that switching one off does not move the others. */
export type Dice = {
  /** In [0, 1). */
  next(): number;
  chance(probability: number): boolean;
  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<T>(list: readonly [T, ...T[]]): T;
  /** Dice of the same seed for another purpose. */
  fork(purpose: string): Dice;
};

export const makeDice = (seed: number): Dice => {
  const next = makeRandom(seed);
  return {
    next,
    chance: (probability) => next() < probability,
    int: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (list) => list[Math.floor(next() * list.length)] ?? list[0],
    fork: (purpose) => makeDice(hash32(purpose, seed)),
  };
};
