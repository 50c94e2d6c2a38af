import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { plusMs } from '../../../shared/core/time/epoch.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';
import { type Around, type Seams, storeThrough } from '../../support/seams.ts';

const MINUTE = 60_000;

const alarm = defineProcess({
  name: 'alarm',
  element: object({ at: number() }),
  output: output<number>({ target: 'push' }),
  state: { at: valueState<number>() },
  onElement: ({ at }, { state, timers }) => {
    state.at.set(at);
    timers.event.set(at);
  },
  onTimer: (at, { emit }) => emit(at),
});

/** The first commit of runtime 0 takes so long. */
const makeFrozenWorld = (frozenMs: number) => {
  let commits = 0;
  const frozen: Around = async (call, run) => {
    if (call === 'put ka') commits += 1;
    if (call === 'put ka' && commits === 1) await world.clock.sleepUntil(plusMs(world.clock.now(), frozenMs));
    return run();
  };
  const seams: Seams = { store: (owner, store) => (owner === 'runtime-0' ? storeThrough(store, frozen) : store) };
  const world = makeProcessWorld({ processes: [alarm], seams, servedBy: 1 });
  return world;
};

it.each([
  ['while its writer may still commit it (H1)', 5_000],
  ['whose writer was frozen for longer than it may take to commit, and commits all the same (H2)', 24_000],
])('a wave loses no timer %s', async (_, frozenMs) => {
  const world = makeFrozenWorld(frozenMs);
  world.track(world.processDesk(0).submit(alarm, [element('a', { at: 15 * MINUTE })], 'http'));
  await world.runUntil(world.clock.now() + 1_000);
  await world.advance('alarm', 20 * MINUTE, { runtime: 1 });
  await world.runUntil(world.clock.now() + MINUTE);
  await world.advance('alarm', 21 * MINUTE, { runtime: 1 });
  await world.runUntil(world.clock.now() + MINUTE);
  expect(world.bodies()).toEqual([15 * MINUTE]);
  expect((await world.key('alarm', 'a'))?.timers).toEqual([]);
  expect(world.failures).toEqual([]);
});
