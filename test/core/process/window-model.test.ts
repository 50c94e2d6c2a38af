import fc from 'fast-check';
import { expect, it } from 'vitest';
import { session, sliding, touches, tumbling, type Window } from '../../../shared/core/process/window/assigner.ts';
import { collect } from '../../../shared/core/process/window/contents.ts';
import { defineWindowedProcess } from '../../../shared/core/process/window/windowed.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';

const events = fc.array(fc.integer({ min: -50, max: 120 }), { minLength: 1, maxLength: 30 });

const ASSIGNERS = {
  tumbling: tumbling(10, 3),
  sliding: sliding(10, 4),
  gaps: sliding(5, 10),
  session: session<number>(10),
};

/** All windows with what is in them, from scratch: sessions by merging until nothing touches. */
const recompute = (assigner: (typeof ASSIGNERS)[keyof typeof ASSIGNERS], timestamps: readonly number[]): string[] => {
  const windows: (Window & { readonly values: readonly number[] })[] = [];
  for (const at of timestamps) {
    for (const window of assigner.assign(at, at)) {
      const joins = (other: Window): boolean =>
        assigner.merging ? touches(other, window) : other.start === window.start;
      const joined = windows.filter(joins);
      for (const other of joined) windows.splice(windows.indexOf(other), 1);
      const all = [...joined, { ...window, values: [at] }];
      windows.push({
        start: Math.min(...all.map(({ start }) => start)),
        end: Math.max(...all.map(({ end }) => end)),
        values: all.flatMap(({ values }) => values),
      });
    }
  }
  return windows.map(show).sort();
};

const show = ({ start, end, values }: Window & { readonly values: readonly number[] }): string =>
  `${start}..${end}: ${[...values].sort((a, b) => a - b)}`;

const windowed = (name: keyof typeof ASSIGNERS, allowedLatenessMs: number) =>
  defineWindowedProcess({
    name: 'windowed',
    element: anything<number>(),
    windows: ASSIGNERS[name],
    contents: collect<number>(),
    result: (values, { start, end }) => show({ start, end, values }),
    allowedLatenessMs,
  });

it.each(Object.keys(ASSIGNERS) as (keyof typeof ASSIGNERS)[])(
  '%s windows hold what a recomputation from scratch finds, in whatever order it comes',
  (name) => {
    fc.assert(
      fc.property(events, (timestamps) => {
        const harness = makeHarness(windowed(name, 0));
        for (const timestamp of timestamps) harness.element({ key: 'k', value: timestamp, timestamp });
        harness.end();
        expect(
          harness
            .outputs()
            .map(({ value }) => value)
            .sort(),
        ).toEqual(recompute(ASSIGNERS[name], timestamps));
        expect([harness.state('k'), harness.timers('k')]).toEqual([{}, []]);
      }),
      { numRuns: 100, seed: 7 },
    );
  },
);

it('P15: every element is in what its windows gave last, or in the late output', () => {
  fc.assert(
    fc.property(events, fc.integer({ min: 0, max: 15 }), (timestamps, lateness) => {
      const harness = makeHarness(windowed('tumbling', lateness));
      for (const [n, timestamp] of timestamps.entries()) {
        harness.element({ key: 'k', value: timestamp, timestamp });
        if (n % 3 === 2) harness.advanceWatermark(Math.max(...timestamps.slice(0, n + 1)) - 12);
      }
      harness.end();
      const last = new Map(harness.outputs().map(({ value }) => [value.split(':')[0], value.split(': ')[1] ?? '']));
      const given = [...last.values()].flatMap((values) => values.split(',').map(Number));
      const late = harness.sideOutput('late').map(({ value }) => value);
      expect([...given, ...late].sort((a, b) => a - b)).toEqual([...timestamps].sort((a, b) => a - b));
    }),
    { numRuns: 200, seed: 9 },
  );
});

it('a window gives at every period and at its end, and by count only when that many came', () => {
  const counted = defineWindowedProcess({
    name: 'counted',
    element: anything<number>(),
    windows: tumbling(100),
    contents: collect<number>(),
    result: (values) => values.length,
    trigger: { kind: 'count', count: 2 },
  });
  const harness = makeHarness(counted);
  for (const timestamp of [1, 2, 3, 4, 5]) harness.element({ key: 'k', value: timestamp, timestamp });
  harness.end();
  expect(harness.outputs().map(({ value }) => value)).toEqual([2, 4]);
  expect([harness.state('k'), harness.timers('k')]).toEqual([{}, []]);
});
