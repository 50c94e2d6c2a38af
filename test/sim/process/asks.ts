import { object, string } from 'valibot';
import { call } from '../../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { checkOnce, type LogRow, log, logsOf, numbering } from './keyed-log.ts';
import type { Program } from './program.ts';

/** `r` is whose answer it is. */
type AskRow = LogRow & { readonly r?: string; readonly answer?: string };

/** No outage is so long that a call is given up. */
const PATIENT = { totalTimeoutMs: 86_400_000, retry: { maxRetries: 100_000, maxMs: 20_000 } };

/** Asks somebody else about every element; answers come in the order of the questions. */
export const asks: Program = {
  name: 'asks',
  define: ({ callOut }) =>
    defineProcess({
      name: 'asks',
      element: object({ id: string() }),
      output: output<AskRow>({ target: 'push' }),
      sideOutputs: { future: output({ target: 'future' }) },
      state: numbering,
      calls: { ask: call({ run: callOut, order: 'ordered', ...PATIENT }) },
      onElement: ({ id }, ctx) => {
        log('asks', ctx as never, { e: id });
        ctx.call.ask(id);
      },
      onResult: { ask: (answer, ctx, id) => log('asks', ctx as never, { r: id, answer }) },
    }),
  draw: (_, { id }) => ({ id }),
  judge: (evidence) => {
    const { violate } = evidence;
    const logs = logsOf(evidence);
    checkOnce(evidence, [...logs.values()].flat());
    for (const [key, rows] of logs as ReadonlyMap<string, AskRow[]>) {
      const asked = rows.flatMap(({ e }) => e ?? []);
      const answered = rows.flatMap(({ r }) => r ?? []);
      if (asked.join() !== answered.join())
        violate('P14', `asks/${key} asked ${asked.join(' ')} and got ${answered.join(' ')}`, `asks/${key}`);
      for (const { n, r, answer } of rows) {
        if (r !== undefined && answer !== answerTo(r)) violate('P14', `output ${n} of asks/${key} is of ${answer}`, r);
      }
    }
  },
};

/** What whoever is asked answers. */
export const answerTo = (request: string): string => `answer to ${request}`;
