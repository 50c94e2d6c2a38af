import { array, custom, object, string } from 'valibot';
import type { Context } from '../../../shared/core/process/context.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { boundedOutOfOrderness } from '../../../shared/core/process/watermark/strategy.ts';
import type { Dice } from '../dice.ts';
import { checkOnce, type LogRow, log, logsOf, numbering } from './keyed-log.ts';
import type { Evidence, Program } from './program.ts';
import type { Op } from './timer-replay.ts';
import { replayTimers } from './timer-replay.ts';

const NAMES = ['a', 'b'] as const;

/** What the callback of a timer does to others; chains of them end. */
const afterTimer = ({ at, name }: { at: number; name: string | null }): readonly Op[] => {
  if (name !== null) {
    return [
      { do: 'delete', at: at + 500 },
      { do: 'set', at: at + 1_001 },
    ];
  }
  switch (at % 4) {
    case 0:
      return [{ do: 'name', name: 'a', at: at + 7_000 }];
    case 1:
      return [{ do: 'unname', name: 'a' }];
    case 2:
      return [{ do: 'set', at: at + 3 }];
    default:
      return [];
  }
};

const apply = ({ timers: { event } }: Pick<Context, 'timers'>, ops: readonly Op[]): void => {
  for (const op of ops) {
    if (op.do === 'set') event.set(op.at);
    else if (op.do === 'delete') event.delete(op.at);
    else if (op.do === 'name') event.setNamed(op.name, op.at);
    else event.deleteNamed(op.name);
  }
};

/** Few different times, so that what one element sets another deletes. */
const drawOp = (dice: Dice, around: number): Op => {
  const at = Math.floor(around / 5_000) * 5_000 + dice.int(-1, 6) * 5_000 + dice.int(0, 3);
  switch (dice.int(0, 5)) {
    case 0:
      return { do: 'delete', at };
    case 1:
    case 2:
      return { do: 'name', name: dice.pick(NAMES), at };
    case 3:
      return { do: 'unname', name: dice.pick(NAMES) };
    default:
      return { do: 'set', at };
  }
};

type Value = { readonly id: string; readonly ops: readonly Op[] };

const opsOf = ({ sent }: Evidence, id: string): readonly Op[] =>
  (sent.get(id)?.draft.value as Value | undefined)?.ops ?? [];

/** Sets, deletes and moves event timers, in callbacks too. */
export const alarms: Program = {
  name: 'alarms',
  define: () =>
    defineProcess({
      name: 'alarms',
      element: object({ id: string(), ops: array(custom<Op>(() => true)) }),
      output: output<LogRow>({ target: 'push' }),
      sideOutputs: { future: output({ target: 'future' }) },
      state: numbering,
      watermark: boundedOutOfOrderness(2_000, { idleAfterMs: 30_000 }),
      onElement: ({ id, ops }, ctx) => {
        log('alarms', ctx as never, { e: id });
        apply(ctx as never, ops);
      },
      onTimer: (_, ctx) => {
        const { at, name } = ctx.timer ?? { at: 0, name: null };
        log('alarms', ctx as never, { t: { at, name } });
        apply(ctx as never, afterTimer({ at, name }));
      },
    }),
  draw: (dice, { id, at }): Value => ({ id, ops: Array.from({ length: dice.int(0, 3) }, () => drawOp(dice, at)) }),
  judge: (evidence) => {
    const logs = logsOf(evidence);
    checkOnce(evidence, [...logs.values()].flat());
    const rules = { domain: 'event', onElement: (id: string) => opsOf(evidence, id), onTimer: afterTimer } as const;
    for (const [key, rows] of logs) replayTimers(rows, rules, { name: `alarms/${key}`, evidence });
  },
};
