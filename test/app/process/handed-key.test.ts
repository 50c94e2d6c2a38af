import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const MINUTE = 60_000;
const numbers = object({ n: number() });

/** Hands on to a key that it makes of the value. */
const giver = (keyOf: (n: number) => unknown) =>
  defineProcess({
    name: 'giver',
    element: numbers,
    output: output<{ n: number }>({ process: 'taker', key: ({ n }: { n: number }) => keyOf(n) as string }),
    onElement: ({ n }, { emit }) => emit({ n }),
  });

const taker = defineProcess({
  name: 'taker',
  element: numbers,
  output: output<{ k: string; n: number }>({ target: 'push' }),
  onElement: ({ n }, { emit, key }) => emit({ k: key, n }),
});

it.each<[string, (n: number) => unknown]>([
  ['is empty', () => ''],
  ['has half a surrogate pair', () => '\ud800'],
  ['has 257 bytes', () => 'x'.repeat(257)],
  ['is longer than what a store takes', () => 'x'.repeat(3_000)],
  ['is a number', (n) => n],
  ['is none', () => undefined],
  [
    'cannot be made',
    () => {
      throw new Error('simulated poison');
    },
  ],
])(
  'P10 K4 an output whose key %s is a dead letter of the process that it is bound to, and keeps no other out',
  async (_, keyOf) => {
    const process = giver((n) => (n === 1 ? keyOf(n) : `good-${n}`));
    const world = makeProcessWorld({ processes: [process, taker] });
    const drafts = [1, 2, 3].map((n) => element('a', { n }, { id: `e${n}` }));
    const fates = await world.submit('giver', drafts);
    expect(fates.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    await world.submit('giver', [element('a', { n: 4 }, { id: 'e4' })]);
    await world.runUntil(world.clock.now() + 10 * MINUTE);
    expect(world.bodies().sort((a, b) => a.n - b.n)).toEqual([2, 3, 4].map((n) => ({ k: `good-${n}`, n })));
    const { items } = await world.during(world.deadLetters.list({ target: 'process:taker', limit: 10 }));
    expect(items).toMatchObject([{ reason: 'INVALID_KEY' }]);
    expect(world.failures).toEqual([]);
  },
);
