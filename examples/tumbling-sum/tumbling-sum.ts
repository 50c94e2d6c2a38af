import { number, object } from 'valibot';
import { output } from '../../shared/core/process/output.ts';
import { tumbling } from '../../shared/core/process/window/assigner.ts';
import { defineWindowedProcess } from '../../shared/core/process/window/windowed.ts';

const MINUTE = 60_000;

/** The sum of each minute of event time, out of order or not; what comes after its minute is over goes to `late`. */
export const tumblingSum = defineWindowedProcess({
  name: 'tumbling-sum',
  element: object({ amount: number() }),
  windows: tumbling(MINUTE),
  contents: {
    create: ({ amount }) => amount,
    add: (sum, { amount }) => sum + amount,
    merge: (a, b) => a + b,
  },
  result: (sum: number) => sum,
  output: output<number>({ target: 'echo' }),
});
