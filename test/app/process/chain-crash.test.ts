import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { defineConnectedProcess, defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { makeMortal } from '../../support/mortal.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const MINUTE = 60_000;

const double = defineProcess({
  name: 'double',
  element: object({ n: number() }),
  output: output<{ n: number }>({ process: 'sum' }),
  onElement: ({ n }, { emit }) => emit({ n: 2 * n }),
});

const sum = defineProcess({
  name: 'sum',
  element: object({ n: number() }),
  output: output<number>({ target: 'push' }),
  state: { total: valueState<number>() },
  onElement: ({ n }, { emit, state }) => {
    state.total.set((state.total.get() ?? 0) + n);
    emit(state.total.get() ?? 0);
  },
});

const runWithDeath = async (death: { call: number; phase: 'before' | 'after' } | undefined) => {
  const mortal = makeMortal({ owner: 'runtime-0', death });
  const world = makeProcessWorld({ processes: [double, sum], seams: mortal.seams });
  const start = world.clock.now();
  const drafts = [1, 2].map((n) => element('a', { n }, { id: `e${n}` }));
  world.track(world.processDesk(0).submit(double, drafts, 'http'));
  await world.runUntil(start + 2_000);
  if (mortal.life.dead) world.replaceRuntime(0, 'runtime-9');
  await world.submit('double', drafts, { runtime: 1 });
  await world.runUntil(start + 25 * MINUTE);
  return { bodies: world.bodies(), calls: mortal.life.calls };
};

it('P14 hands what a process puts out to the next one, once, wherever its worker is killed', async () => {
  const whole = await runWithDeath(undefined);
  expect(whole.bodies).toEqual([2, 6]);
  for (let call = 1; call <= whole.calls; call++) {
    for (const phase of ['before', 'after'] as const) {
      const { bodies } = await runWithDeath({ call, phase });
      expect(bodies.sort(), `call ${call}, ${phase}`).toEqual([2, 6]);
    }
  }
}, 120_000);

/** Tells the next process of each rule, which belongs to no key. */
const ruled = (key?: (value: { readonly n: number }) => string) =>
  defineConnectedProcess({
    name: 'ruled',
    inputs: { main: object({ n: number() }) },
    sideOutputs: { rules: output<{ n: number }>({ process: 'sum', ...(key ? { key } : {}) }) },
    broadcast: {
      element: object({ n: number() }),
      state: { rule: valueState<number>() },
      onElement: ({ n }, { sideOutput, state }) => {
        state.rule.set(n);
        sideOutput('rules', { n });
      },
    },
    onElement: { main: () => undefined },
  });

const rule = (n: number) => element('', { n }, { id: `r${n}`, input: 'broadcast' });

it('P14 hands what a broadcast puts out to the next process, once, wherever its worker is killed', async () => {
  const run = async (death: { call: number; phase: 'before' | 'after' } | undefined) => {
    const mortal = makeMortal({ owner: 'runtime-0', death });
    const process = ruled(() => 'all');
    const world = makeProcessWorld({ processes: [process, sum], seams: mortal.seams });
    const start = world.clock.now();
    world.track(world.processDesk(0).submit(process, [rule(2)], 'http'));
    await world.runUntil(start + 2_000);
    if (mortal.life.dead) world.replaceRuntime(0, 'runtime-9');
    await world.submit('ruled', [rule(2)], { runtime: 1 });
    await world.submit('ruled', [rule(4)], { runtime: 1 });
    await world.runUntil(start + 25 * MINUTE);
    return { bodies: world.bodies(), calls: mortal.life.calls };
  };
  const { bodies, calls } = await run(undefined);
  expect(bodies).toEqual([2, 6]);
  for (let call = 1; call <= calls; call++) {
    for (const phase of ['before', 'after'] as const) {
      expect((await run({ call, phase })).bodies.sort(), `call ${call}, ${phase}`).toEqual([2, 6]);
    }
  }
}, 60_000);

it('refuses a broadcast that puts out to a process without a key', async () => {
  const world = makeProcessWorld({ processes: [ruled(), sum] });
  expect(await world.submit('ruled', [rule(2)])).toMatchObject([{ kind: 'failed', code: 'INVALID_DATA' }]);
});
