import { describe, expect, it } from 'vitest';
import { periodicSum } from '../../examples/periodic-sum/periodic-sum.ts';
import { tumblingSum } from '../../examples/tumbling-sum/tumbling-sum.ts';
import { makeHarness } from '../../shared/testing/harness.ts';

const amount = (seconds: number, value: number) => ({ key: 'a', value: { amount: value }, timestamp: seconds * 1000 });

describe('tumbling sum', () => {
  it('gives 1 at 59,999 and 2 at 119,999 for a1 at 10 s and a2 at 61 s, in either order', () => {
    for (const order of [
      [amount(10, 1), amount(61, 2)],
      [amount(61, 2), amount(10, 1)],
    ]) {
      const harness = makeHarness(tumblingSum);
      for (const element of order) harness.element(element);
      harness.advanceWatermark(119_999);
      expect(harness.outputs()).toEqual([
        { key: 'a', value: 1, timestamp: 59_999 },
        { key: 'a', value: 2, timestamp: 119_999 },
      ]);
      expect([harness.state('a'), harness.timers('a')]).toEqual([{}, []]);
    }
  });

  it('sends what comes after its minute to the late output, as it came', () => {
    const harness = makeHarness(tumblingSum);
    harness.advanceWatermark(59_999);
    harness.element(amount(59, 7));
    harness.end();
    expect(harness.outputs()).toEqual([]);
    expect(harness.sideOutput('late')).toEqual([{ key: 'a', value: { amount: 7 }, timestamp: 59_000 }]);
  });
});

describe('periodic sum', () => {
  it('gives 1, 0, 2, 0, 0 for a1 at 10 s and a2 at 130 s when the watermark jumps to 300 s', () => {
    const harness = makeHarness(periodicSum({ emptyPeriods: 10 }));
    harness.element(amount(130, 2));
    harness.element(amount(10, 1));
    harness.advanceWatermark(300_000);
    expect(harness.outputs().map(({ value }) => value)).toEqual([1, 0, 2, 0, 0]);
  });

  it('stops after so many empty periods, at the end of input too, and keeps nothing', () => {
    const harness = makeHarness(periodicSum({ emptyPeriods: 3 }));
    harness.element(amount(10, 1));
    harness.end();
    expect(harness.outputs().map(({ value }) => value)).toEqual([1, 0, 0, 0]);
    expect([harness.state('a'), harness.timers('a')]).toEqual([{}, []]);
  });

  it('goes on after a pause for an element far ahead', () => {
    const harness = makeHarness(periodicSum({ emptyPeriods: 1 }));
    harness.element(amount(10, 1));
    harness.element(amount(6000, 5));
    harness.end();
    expect(harness.outputs().map(({ value, timestamp }) => [value, timestamp])).toEqual([
      [1, 59_999],
      [0, 119_999],
      [5, 6_059_999],
      [0, 6_119_999],
    ]);
  });
});
