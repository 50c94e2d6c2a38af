import { object, string } from 'valibot';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { listState } from '../../../shared/core/process/state/spec.ts';
import { checkOnce, type LogRow, log, logsOf, numbering } from './keyed-log.ts';
import type { Program } from './program.ts';

type HoardRow = LogRow & { readonly kept?: number };
type Value = { readonly id: string; readonly pad: string };

/** Little, so that a few elements fill it. */
const STATE_BYTES = 1_500;

/** What the state takes beside the pads that it keeps. */
const BESIDE_BYTES = 150;

/** Keeps every element as long as there is room for it (F32). */
export const hoard: Program = {
  name: 'hoard',
  define: () =>
    defineProcess({
      name: 'hoard',
      element: object({ id: string(), pad: string() }),
      output: output<HoardRow>({ target: 'push' }),
      sideOutputs: { future: output({ target: 'future' }), tooLarge: output({ target: 'late' }) },
      state: { ...numbering, pads: listState<string>() },
      limits: { stateBytes: STATE_BYTES },
      onElement: ({ id, pad }, ctx) => {
        ctx.state.pads.add(pad);
        log('hoard', ctx as never, { e: id, kept: ctx.state.pads.get().join('').length });
      },
    }),
  draw: (dice, { id }): Value => ({ id, pad: 'x'.repeat(dice.int(1, 400)) }),
  judge: (evidence) => {
    const { rows, sent, violate } = evidence;
    const logs = logsOf(evidence);
    const padOf = (id: string): number => (sent.get(id)?.draft.value as Value | undefined)?.pad.length ?? 0;
    const tooLarge = rows.flatMap(({ target, value }) => (target === 'late' ? [String(value.id)] : []));
    const aside = tooLarge.map((e) => ({ e, k: sent.get(e)?.draft.key ?? '' }));
    checkOnce(evidence, [...[...logs.values()].flat(), ...aside]);
    for (const [key, of] of logs as ReadonlyMap<string, HoardRow[]>) {
      let kept = 0;
      for (const { n, e = '', kept: said } of of) {
        kept += padOf(e);
        if (said !== kept) violate('P13', `output ${n} of hoard/${key} keeps ${said} instead of ${kept}`, e);
      }
      if (kept > STATE_BYTES) violate('P13', `hoard/${key} keeps ${kept}, more than there is room for`, `hoard/${key}`);
      for (const { e, k } of aside) {
        if (k === key && kept + padOf(e) < STATE_BYTES - BESIDE_BYTES - 3 * of.length)
          violate('P13', `${e} of ${padOf(e)} was too large beside ${kept}`, e);
      }
    }
  },
};
