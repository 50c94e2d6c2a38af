import { number, object, string } from 'valibot';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { checkOnce, type LogRow, log, logsOf, numbering } from './keyed-log.ts';
import type { Program } from './program.ts';

type TallyRow = LogRow & { readonly sum: number };

/** Elements with this throw in the handler. */
const POISON = -1;

/** Sums up, and says so at every element. */
export const tally: Program = {
  name: 'tally',
  define: () =>
    defineProcess({
      name: 'tally',
      element: object({ id: string(), add: number() }),
      output: output<TallyRow>({ target: 'push' }),
      sideOutputs: { future: output({ target: 'future' }) },
      state: { ...numbering, sum: valueState<number>() },
      onElement: ({ id, add }, ctx) => {
        if (add === POISON) throw new Error('simulated poison');
        const sum = (ctx.state.sum.get() ?? 0) + add;
        ctx.state.sum.set(sum);
        log('tally', ctx as never, { e: id, sum });
      },
    }),
  draw: (dice, { id }) => ({ id, add: dice.chance(0.03) ? POISON : dice.int(1, 100) }),
  fails: (value) => (value as { add: number }).add === POISON,
  judge: (evidence) => {
    const { process, sent, violate } = evidence;
    const logs = logsOf(evidence);
    checkOnce(evidence, [...logs.values()].flat());
    for (const [key, rows] of logs) {
      let expected = 0;
      for (const { n, e, sum } of rows) {
        expected += (sent.get(e ?? '')?.draft.value as { add: number } | undefined)?.add ?? 0;
        if (sum !== expected) violate('P13', `output ${n} of ${process}/${key} is ${sum} instead of ${expected}`, e);
      }
    }
  },
};
