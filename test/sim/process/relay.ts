import { number, object, string } from 'valibot';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { checkOnce, type LogRow, log, logsOf, numbering } from './keyed-log.ts';
import type { Evidence, Program } from './program.ts';
import { replayTimers } from './timer-replay.ts';

/** What goes from one process to the other: the `m`th output of key `from`. */
type Handed = { readonly id: string; readonly to: string; readonly from: string; readonly m: number };

/** Hands every element on to another process, under another key. */
export const relay: Program = {
  name: 'relay',
  follower: 'sink',
  define: () =>
    defineProcess({
      name: 'relay',
      element: object({ id: string(), to: string() }),
      output: output<Handed>({ process: 'sink', key: ({ to }: Handed) => to }),
      sideOutputs: { future: output({ target: 'future' }) },
      state: numbering,
      onElement: ({ id, to }, { emit, key, state }) => {
        const m = (state.n.get() ?? 0) + 1;
        state.n.set(m);
        emit({ id, to, from: key, m });
      },
    }),
  draw: (dice, { id }) => ({ id, to: `s${dice.int(1, 3)}` }),
  // What it hands on is seen where it goes.
  judge: () => undefined,
};

const AFTER_MS = 5_000;

const checkHanded = ({ violate }: Evidence, from: Evidence, rows: readonly (LogRow & Partial<Handed>)[]): void => {
  const times = new Map<string, number>();
  for (const { from: key, m } of rows) {
    if (m !== undefined) times.set(`${key} ${m}`, (times.get(`${key} ${m}`) ?? 0) + 1);
  }
  for (const [key, { n }] of from.states) {
    for (let m = 1; m <= Number(n); m += 1) {
      const got = times.get(`${key} ${m}`) ?? 0;
      if (got !== 1) violate('P14', `output ${m} of relay/${key} came to sink ${got} times`, `relay/${key}`);
    }
  }
};

/** Takes what the relay hands on, and sets an event timer behind each. */
export const sink: Program = {
  name: 'sink',
  define: () =>
    defineProcess({
      name: 'sink',
      element: object({ id: string(), to: string(), from: string(), m: number() }),
      output: output<LogRow>({ target: 'push' }),
      state: numbering,
      onElement: ({ id, from, m }, ctx) => {
        log('sink', ctx as never, { e: id, from, m });
        if (ctx.timestamp !== null) ctx.timers.event.set(ctx.timestamp + AFTER_MS);
      },
      onTimer: (at, ctx) => log('sink', ctx as never, { t: { at, name: null } }),
    }),
  judge: (evidence, others) => {
    const from = others.get('relay') as Evidence;
    const logs = logsOf(evidence);
    const rows: (LogRow & Partial<Handed>)[] = [...logs.values()].flat();
    checkOnce(
      from,
      rows.flatMap(({ e, from: k }) => (e === undefined || k === undefined ? [] : [{ e, k }])),
    );
    checkHanded(evidence, from, rows);
    const onElement = (id: string) =>
      [from.sent.get(id)?.draft.timestamp ?? []].flat().map((at) => ({ do: 'set', at: at + AFTER_MS }) as const);
    const rules = { domain: 'event', onElement, onTimer: () => [] } as const;
    for (const [key, own] of logs) replayTimers(own, rules, { name: `sink/${key}`, evidence });
  },
};
