import { number, object } from 'valibot';
import { describe, expect, it } from 'vitest';
import { defineConnectedProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import type { Harness, HarnessEvent, Saved } from '../../shared/testing/harness-types.ts';
import { HarnessCrash } from '../../shared/testing/world.ts';

const numbers = object({ n: number() });

const summing = defineConnectedProcess({
  name: 'summing',
  inputs: { main: numbers },
  output: output<string>(),
  state: { sum: valueState<number>() },
  broadcast: { element: numbers, state: { rule: valueState<number>() }, onElement: (_, { emit }) => emit('rule') },
  onElement: {
    main: ({ n }, { emit, now, state, timers, timestamp }) => {
      state.sum.set((state.sum.get() ?? 0) + n);
      timers.processing.set(now + 5);
      timers.event.set(timestamp ?? 0);
      emit(`sum ${state.sum.get()}`);
    },
  },
  onTimer: (at, { emit, timer }) => emit(`${timer?.domain} ${at}`),
});

type Summing = Pick<
  Harness<{ main: { n: number } }, string, Record<never, never>>,
  'element' | 'broadcast' | 'advanceTo' | 'advanceWatermark' | 'end'
>;

const STEPS: readonly ((harness: Summing) => void)[] = [
  (harness) => harness.element({ key: 'a', id: '1', timestamp: 10, value: { n: 1 } }),
  (harness) => harness.broadcast({ n: 0 }),
  (harness) => harness.advanceTo(5),
  (harness) => harness.element({ key: 'a', id: '2', timestamp: 20, value: { n: 2 } }),
  (harness) => harness.advanceWatermark(10),
  (harness) => harness.broadcast({ n: 0 }),
  (harness) => harness.end(),
  (harness) => harness.advanceTo(50),
];

type Delivered = Extract<HarnessEvent, { readonly kind: 'output' }>;

const outputsOf = (log: readonly HarnessEvent[]): Delivered[] => log.filter((event) => event.kind === 'output');

/** What a receiver that remembers ids has. */
const received = (outputs: readonly Delivered[]): string[] =>
  [...new Map(outputs.map(({ id, value }) => [id, String(value)])).values()].sort();

const open = (restore?: Saved) => makeHarness(summing, restore ? { restore: structuredClone(restore) } : {});

describe('a harness that goes on from what another one saved when it crashed', () => {
  const whole = open();
  for (const step of STEPS) step(whole);
  const expected = received(outputsOf(whole.log()));

  it.each(['before-commit', 'before-delivery', 'after-delivery'] as const)(
    'P14 has lost and doubled nothing, wherever it crashed %s',
    (point) => {
      for (const at of STEPS.keys()) {
        let harness = open();
        const delivered: Delivered[] = [];
        for (const [n, step] of STEPS.entries()) {
          if (n === at) harness.crashNext(point);
          try {
            step(harness);
          } catch (error) {
            expect(error).toBeInstanceOf(HarnessCrash);
            delivered.push(...outputsOf(harness.log()));
            harness = open(harness.save());
            step(harness);
          }
        }
        delivered.push(...outputsOf(harness.log()));
        expect(received(delivered), `at step ${at}`).toEqual(expected);
      }
    },
  );
});
