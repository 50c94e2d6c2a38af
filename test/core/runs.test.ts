import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromRuns, toRuns } from '../../shared/core/runs.ts';

const ascending = fc
  .uniqueArray(fc.integer({ min: 0, max: 4_095 }), { maxLength: 200 })
  .map((values) => values.sort((a, b) => a - b));

it('gives back any ascending numbers', () => {
  fc.assert(
    fc.property(ascending, (values) => {
      expect(fromRuns(toRuns(values))).toEqual(values);
    }),
  );
});

it('takes two numbers for each gap, and never more than that', () => {
  fc.assert(
    fc.property(ascending, (values) => {
      const starts = values.filter((value, n) => values[n - 1] !== value - 1);
      expect(toRuns(values).length).toBe(2 * starts.length);
    }),
  );
});

it.each([
  [[], []],
  [[0], [0, 1]],
  [
    [0, 1, 2, 7, 9, 10],
    [0, 3, 7, 1, 9, 2],
  ],
])('writes %j as %j', (values, runs) => {
  expect(toRuns(values)).toEqual(runs);
});
