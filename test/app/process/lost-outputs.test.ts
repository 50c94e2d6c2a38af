import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';
import { type Around, queueThrough, type Seams, storeThrough } from '../../support/seams.ts';

const MINUTE = 60_000;

const echo = defineProcess({
  name: 'echo',
  element: object({ n: number() }),
  output: output<number>({ target: 'push' }),
  onElement: ({ n }, { emit }) => emit(n),
});

const forEver = <T>(): Promise<T> => new Promise(() => {});

/** Workers that are killed behind their first call of this name. */
const killedBehind = (last: Readonly<Record<string, string>>) => {
  const dead = new Set<string>();
  const around =
    (owner: string) =>
    async <T>(call: string, run: () => Promise<T>): Promise<T> => {
      if (dead.has(owner)) return forEver();
      const result = await run();
      if (!last[owner] || !call.startsWith(last[owner])) return result;
      dead.add(owner);
      return forEver();
    };
  const seams: Seams = {
    store: (owner, store) => storeThrough(store, around(owner)),
    queue: (owner, queue) => queueThrough(queue, around(owner)),
  };
  return { dead, seams };
};

it('P14 O4 sends outputs whose finder died, too, before it told anybody that it had stored them behind the sweep', async () => {
  const { dead, seams } = killedBehind({ 'runtime-0': 'put ka', 'runtime-1': 'putMany L#' });
  const world = makeProcessWorld({ processes: [echo], seams, servedBy: 1 });
  world.track(world.processDesk(0).submit(echo, [element('a', { n: 1 }, { id: 'one' })], 'http'));
  await world.runUntil(world.clock.now() + 10 * MINUTE);
  expect([...dead]).toEqual(['runtime-0', 'runtime-1']);
  world.replaceRuntime(1, 'runtime-9');
  await world.runUntil(world.clock.now() + 30 * MINUTE);
  expect(world.bodies()).toEqual([1]);
  expect(world.failures).toEqual([]);
});

const giver = defineProcess({
  name: 'giver',
  element: object({ n: number() }),
  output: output<{ n: number }>({ process: 'echo' }),
  onElement: ({ n }, { emit }) => emit({ n }),
});

it.each([
  ['its outputs are in an entry of their own (O1)', echo],
  ['it has a mark of its own for what it handed on (O3)', giver],
])('P7 lets another worker go on with a key whose batch was torn: %s', async (_, process) => {
  let torn = false;
  const around: Around = async (call, run) => {
    if (call === 'put kb' && !torn) {
      torn = true;
      await world.processDesk(1).submit(process, [element('b', { n: 1 })], 'http');
    }
    return run();
  };
  const seams: Seams = { store: (owner, store) => (owner === 'runtime-0' ? storeThrough(store, around) : store) };
  const world = makeProcessWorld({ processes: [giver, echo], seams });
  await world.submit(process.name, [element('a', { n: 2 }), element('b', { n: 3 })], { runtime: 0 });
  expect(torn).toBe(true);
  const before = world.clock.now();
  await world.submit(process.name, [element('a', { n: 4 })], { runtime: 1 });
  expect(world.clock.now() - before).toBeLessThan(1_000);
  await world.runUntil(world.clock.now() + 30 * MINUTE);
  expect(world.bodies().sort()).toEqual([1, 2, 3, 4]);
  expect(new Set(world.arrivals.map(({ id }) => id)).size).toBe(4);
  expect(world.failures).toEqual([]);
});
