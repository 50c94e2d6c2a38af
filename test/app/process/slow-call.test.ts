import { object } from 'valibot';
import { expect, it } from 'vitest';
import { call } from '../../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { plusMs } from '../../../shared/core/time/epoch.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const MINUTE = 60_000;

it('a call that takes minutes is waited for without looking again and again', async () => {
  let sleeps = 0;
  const counting = (_: string, clock: Clock): Clock => ({
    now: clock.now,
    sleepUntil: (at, signal) => {
      sleeps += 1;
      return clock.sleepUntil(at, signal);
    },
  });
  const slow = defineProcess({
    name: 'slow',
    element: object({}),
    output: output<string>({ target: 'push' }),
    calls: {
      ask: call({
        timeoutMs: 20 * MINUTE,
        totalTimeoutMs: 60 * MINUTE,
        run: async (_question: string) => {
          await world.clock.sleepUntil(plusMs(world.clock.now(), 10 * MINUTE));
          return 'answer';
        },
      }),
    },
    onElement: (_, ctx) => {
      ctx.call.ask('question');
      ctx.timers.processing.set(ctx.now + 1_000);
    },
    onResult: { ask: (answer, { emit }) => emit(answer) },
  });
  const world = makeProcessWorld({ processes: [slow], seams: { clock: counting } });
  await world.submit('slow', [element('a', {})]);
  await world.runUntil(world.clock.now() + 15 * MINUTE);
  expect(world.bodies()).toEqual(['answer']);
  expect(sleeps).toBeLessThan(1_000);
  expect(world.failures).toEqual([]);
});
