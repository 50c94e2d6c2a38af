import { number, object, pipe, transform } from 'valibot';
import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const fragile = defineProcess({
  name: 'fragile',
  element: object({ n: number() }),
  output: output<number>({ target: 'push' }),
  state: { sum: valueState<number>() },
  onElement: ({ n }, { emit, now, state, timers }) => {
    if (n < 0) throw new Error('no negative numbers');
    state.sum.set((state.sum.get() ?? 0) + n);
    timers.processing.setNamed(n === 13 ? 'broken' : 'fine', now + 1_000);
    emit(state.sum.get() ?? 0);
  },
  onTimer: (_, { emit, timer }) => {
    if (timer?.name === 'broken') throw new Error('never works');
    emit(-1);
  },
});

it('P10 refuses the element whose handler throws, buries the timer whose handler does, and lets the key go on', async () => {
  const world = makeProcessWorld({ processes: [fragile] });
  const fates = await world.submit(
    'fragile',
    [13, -1, 2].map((n) => element('a', { n }, { id: `e${n}` })),
  );
  expect(fates).toMatchObject([{ kind: 'accepted' }, { kind: 'failed', code: 'HANDLER_FAILED' }, { kind: 'accepted' }]);
  await world.runUntil(world.clock.now() + 60_000);
  expect(world.bodies().sort()).toEqual([-1, 13, 15]);
  const { items } = await world.during(world.deadLetters.list({ target: 'process:fragile', limit: 10 }));
  expect(items).toMatchObject([{ target: 'process:fragile', reason: 'HANDLER_FAILED', attempts: 3 }]);
  expect(JSON.stringify(items)).not.toContain('never works');
  expect(await world.key('fragile', 'a')).toMatchObject({ state: { sum: 15 }, timers: [] });
  expect(world.failures).toEqual([]);
});

it('P10 K8 refuses the element that its schema throws on, and takes the others of its batch', async () => {
  const checked = defineProcess({
    name: 'checked',
    element: pipe(
      object({ n: number() }),
      transform(({ n }) => {
        if (n < 0) throw new Error(`secret ${n}`);
        return n;
      }),
    ),
    state: { last: valueState<number>() },
    onElement: (n, { state }) => state.last.set(n),
  });
  const world = makeProcessWorld({ processes: [checked] });
  const fates = await world.submit(
    'checked',
    [1, -1, 2].map((n) => element('a', { n })),
  );
  expect(fates).toMatchObject([
    { kind: 'accepted' },
    { kind: 'refused', code: 'INVALID_ELEMENT' },
    { kind: 'accepted' },
  ]);
  expect(JSON.stringify(fates)).not.toContain('secret');
  expect(await world.key('checked', 'a')).toMatchObject({ state: { last: 2 } });
});

it.each([
  ['no text of ours', 'x'],
  ['another partition', { partition: 64 }],
  ['half a surrogate pair', { partition: 0, after: '\ud800' }],
  ['more than a key has', { partition: 0, after: 'x'.repeat(257) }],
])('refuses a cursor of keys that has %s, as the list never gave it', async (_, position) => {
  const world = makeProcessWorld({ processes: [fragile] });
  const cursor = Buffer.from(typeof position === 'string' ? position : JSON.stringify(position)).toString('base64url');
  const listed = world.during(world.processDesk(0).keys(fragile, { limit: 10, cursor }));
  await expect(listed).rejects.toMatchObject({ status: 400, code: 'INVALID_CURSOR' });
});
