import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { defineConnectedProcess } from '../../../shared/core/process/definition.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const numbers = object({ n: number() });

/** Throws at 0, and a second after 13. */
const fragile = defineConnectedProcess({
  name: 'fragile',
  inputs: { main: numbers },
  broadcast: {
    element: numbers,
    state: { rule: valueState<number>() },
    onElement: ({ n }) => {
      if (n === 0) throw new Error(`secret ${n}`);
    },
  },
  onElement: {
    main: ({ n }, { now, timers }) => {
      if (n === 0) throw new RangeError(`secret ${n}`);
      if (n === 13) timers.processing.set(now + 1_000);
    },
  },
  onTimer: () => {
    throw new Error('secret timer');
  },
});

it.each([
  ['an element', 0, 'main', 'RangeError'],
  ['a timer', 13, 'main', 'Error'],
  ['a broadcast', 0, 'broadcast', 'Error'],
])('K8 P23 says where the handler of %s threw, and not what', async (_, n, input, error) => {
  const world = makeProcessWorld({ processes: [fragile] });
  await world.submit('fragile', [element('a', { n }, { input })]);
  await world.runUntil(world.clock.now() + 5_000);
  const told = world.telemetry.notes.filter(({ event }) => event === 'handler threw');
  expect(told).toEqual([
    {
      level: 'warn',
      event: 'handler threw',
      fields: expect.objectContaining({ process: 'fragile', error, at: expect.stringContaining('told.test.ts') }),
    },
  ]);
  expect(JSON.stringify(told)).not.toContain('secret');
});

it('counts what changed nothing, too: a duplicate that comes alone, and an element whose handler threw', async () => {
  const world = makeProcessWorld({ processes: [fragile] });
  const once = element('a', { n: 1 }, { id: 'once' });
  for (const one of [once, once, element('a', { n: 0 })]) await world.submit('fragile', [one]);
  await world.during(world.runtimes[0]?.counters.flush() ?? Promise.resolve());
  const { counters } = await world.during(world.processDesk(0).describe(fragile));
  expect(counters).toMatchObject({ elements: 1, duplicates: 1, failed: 1, commits: 1 });
});
