import type { Scene } from '../scene.ts';
import { alarms } from './alarms.ts';
import { asks } from './asks.ts';
import { beats } from './beats.ts';
import { hoard } from './hoard.ts';
import type { Program } from './program.ts';
import { relay, sink } from './relay.ts';
import { tally } from './tally.ts';
import { windows } from './windows.ts';

export const PROGRAMS: readonly Program[] = [tally, windows, alarms, beats, relay, asks];

const FOLLOWERS: readonly Program[] = [sink];

/** So many of them are in a world. */
const CAST = 2;

/** The programs of a world, from its seed, and what follows them. */
export const castOf = (scene: Scene): Program[] => {
  const dice = scene.dice.fork('cast');
  const cast = PROGRAMS.map((program) => ({ program, lot: dice.next() }))
    .sort((a, b) => a.lot - b.lot)
    .slice(0, CAST)
    .map(({ program }) => program);
  // Beside the others, so that theirs is the same cast with this fault and without.
  if (scene.on.has('F32')) cast.push(hoard);
  return [...cast, ...FOLLOWERS.filter(({ name }) => cast.some(({ follower }) => follower === name))];
};
