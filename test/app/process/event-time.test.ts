import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { boundedOutOfOrderness } from '../../../shared/core/process/watermark/strategy.ts';
import { tumbling } from '../../../shared/core/process/window/assigner.ts';
import { collect } from '../../../shared/core/process/window/contents.ts';
import { defineWindowedProcess } from '../../../shared/core/process/window/windowed.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';
import { queueThrough, type Seams } from '../../support/seams.ts';

const MINUTE = 60_000;

const reminders = defineProcess({
  name: 'reminders',
  element: object({ at: number() }),
  output: output<number>({ target: 'push' }),
  state: { set: valueState<number>() },
  onElement: ({ at }, { state, timers }) => {
    state.set.set(at);
    timers.event.set(at);
  },
  onTimer: (at, { emit }) => emit(at),
});

it('R2 keeps what reminds of an event timer behind the watermark when a wave comes by that is no rise for its key', async () => {
  const world = makeProcessWorld({ processes: [reminders] });
  await world.advance('reminders', 10 * MINUTE);
  await world.advance('reminders', 20 * MINUTE);
  await world.submit('reminders', [element('a', { at: 15 * MINUTE })]);
  await world.runUntil(world.clock.now() + MINUTE);
  expect(world.bodies()).toEqual([]);
  await world.advance('reminders', 21 * MINUTE);
  await world.runUntil(world.clock.now() + MINUTE);
  expect(world.bodies()).toEqual([15 * MINUTE]);
  expect(world.failures).toEqual([]);
});

it.each([
  ['ahead of the watermark that it knew', 5],
  ['behind it', 17],
])('M3 fires an event timer that a worker set behind a wave, %s, without another rise', async (_, knownMinute) => {
  const world = makeProcessWorld({ processes: [reminders], servedBy: 0 });
  await world.advance('reminders', knownMinute * MINUTE, { runtime: 1 });
  await world.advance('reminders', 20 * MINUTE, { runtime: 0 });
  await world.runUntil(world.clock.now() + 500);
  await world.submit('reminders', [element('b', { at: 15 * MINUTE })], { runtime: 1 });
  await world.runUntil(world.clock.now() + 2_000);
  expect(world.bodies()).toEqual([15 * MINUTE]);
  expect(world.failures).toEqual([]);
});

const sums = defineWindowedProcess({
  name: 'sums',
  element: object({ n: number() }),
  windows: tumbling(MINUTE),
  contents: collect<{ n: number }>(),
  result: (values) => values.map(({ n }) => n),
  output: output<readonly number[]>({ target: 'push' }),
  sideOutputs: { late: output<{ n: number }>({ target: 'push' }) },
});

it('P15 holds a key to the watermark that it has seen, where a worker knows an older one', async () => {
  const world = makeProcessWorld({ processes: [sums] });
  const at = (second: number) => element('a', { n: second }, { timestamp: second * 1_000 });
  await world.submit('sums', [at(10)], { runtime: 1 });
  await world.submit('sums', [at(70)], { runtime: 0 });
  await world.submit('sums', [at(71)], { runtime: 0 });
  await world.submit('sums', [at(20)], { runtime: 1 });
  await world.advance('sums', 10 * MINUTE);
  await world.runUntil(world.clock.now() + MINUTE);
  expect(world.bodies()).toEqual([[10], { n: 20 }, [70, 71]]);
  expect(world.failures).toEqual([]);
});

const MARKS = 60;

const quiet = defineProcess({
  name: 'quiet',
  element: object({}),
  onElement: () => undefined,
  watermark: boundedOutOfOrderness(0, { idleAfterMs: 10_000 }),
});

it('P15 keeps one pointer under way for what is to be looked at, however often the watermark rises', async () => {
  let sent = 0;
  const queue: NonNullable<Seams['queue']> = (_, real) =>
    queueThrough(real, (_call, run) => {
      sent += 1;
      return run();
    });
  const world = makeProcessWorld({ processes: [quiet], seams: { queue } });
  for (let n = 1; n <= MARKS; n++) {
    await world.submit('quiet', [element('a', {}, { timestamp: n * MINUTE })]);
    await world.runUntil(world.clock.now() + 2_000);
  }
  expect(sent).toBeGreaterThan(MARKS);
  expect(sent).toBeLessThan(2 * MARKS);
  await world.runUntil(world.clock.now() + 10 * MINUTE);
  expect(sent).toBeLessThan(2 * MARKS);
  const { partitions } = await world.during(world.processDesk(0).describe(quiet));
  expect(partitions).toMatchObject([{ idle: true }]);
});
