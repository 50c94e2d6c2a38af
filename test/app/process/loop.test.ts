import { object, string } from 'valibot';
import { describe, expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

/** `size`: of what it puts out each time. */
const looping = (domain: 'event' | 'processing', size: number) =>
  defineProcess({
    name: 'looping',
    element: object({ text: string() }),
    output: output<string>({ target: 'push' }),
    sideOutputs: { noise: output<string>() },
    state: { fired: valueState<number>() },
    onElement: ({ text }, { emit, timers }) => {
      if (text === 'loop') timers[domain].set(1_000);
      else emit(text);
    },
    onTimer: (at, { sideOutput, state, timers }) => {
      state.fired.set((state.fired.get() ?? 0) + 1);
      sideOutput('noise', 'x'.repeat(size));
      timers[domain].set(at);
    },
  });

describe('K8 a timer that sets itself again for ever', () => {
  it.each([
    ['event', 1],
    ['processing', 1],
    ['processing', 10_000],
  ] as const)('in %s time, with outputs of %i bytes, is a dead letter, and its key goes on', async (domain, size) => {
    const world = makeProcessWorld({ processes: [looping(domain, size)] });
    await world.submit('looping', [element('a', { text: 'loop' }, { id: 'e1' })]);
    await world.advance('looping', 10_000);
    await world.runUntil(world.clock.now() + 10_000);
    const { items } = await world.during(world.deadLetters.list({ target: 'process:looping', limit: 10 }));
    expect(items).toMatchObject([{ reason: 'TIMER_LOOP' }]);
    await world.submit('looping', [element('a', { text: 'next' }, { id: 'e2' })]);
    await world.runUntil(world.clock.now() + 1_000);
    expect([world.bodies(), (await world.key('looping', 'a'))?.timers]).toEqual([['next'], []]);
    expect(world.failures).toEqual([]);
  });
});
