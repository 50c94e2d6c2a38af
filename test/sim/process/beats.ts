import { object, string } from 'valibot';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { checkOnce, type LogRow, log, logsOf, numbering } from './keyed-log.ts';
import type { Program } from './program.ts';
import type { Op } from './timer-replay.ts';
import { replayTimers } from './timer-replay.ts';

const SILENCE_MS = 12_000;
const AGAIN_MS = 5_000;
const SILENCE = 'silence';
const AGAIN = 'again';

const afterBeat = (now: number): readonly Op[] => [
  { do: 'name', name: SILENCE, at: now + SILENCE_MS },
  { do: 'unname', name: AGAIN },
];

const afterTimer = ({ at, name }: { at: number; name: string | null }): readonly Op[] =>
  name === SILENCE ? [{ do: 'name', name: AGAIN, at: at + AGAIN_MS }] : [];

/** One alert for each silence, and a second one a little later; both by the wall clock. */
export const beats: Program = {
  name: 'beats',
  define: () =>
    defineProcess({
      name: 'beats',
      element: object({ id: string() }),
      output: output<LogRow>({ target: 'push' }),
      sideOutputs: { future: output({ target: 'future' }) },
      state: numbering,
      onElement: ({ id }, ctx) => {
        log('beats', ctx as never, { e: id });
        ctx.timers.processing.setNamed(SILENCE, ctx.now + SILENCE_MS);
        ctx.timers.processing.deleteNamed(AGAIN);
      },
      onTimer: (at, ctx) => {
        const name = ctx.timer?.name ?? null;
        log('beats', ctx as never, { t: { at, name } });
        if (name === SILENCE) ctx.timers.processing.setNamed(AGAIN, at + AGAIN_MS);
      },
    }),
  draw: (_, { id }) => ({ id }),
  judge: (evidence) => {
    const logs = logsOf(evidence);
    checkOnce(evidence, [...logs.values()].flat());
    const rules = {
      domain: 'processing',
      onElement: (_: string, { now }: LogRow) => afterBeat(now),
      onTimer: afterTimer,
    } as const;
    for (const [key, rows] of logs) replayTimers(rows, rules, { name: `beats/${key}`, evidence });
  },
};
