import { number, object } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';

/** What it puts out: for every element the number that it is, and for every timer its name. */
export type Counted = { readonly key: string; readonly total?: number; readonly timer?: string | null };

/** Counts elements by key, and sets a timer behind each. */
export const counting = defineProcess({
  name: 'counting',
  element: object({ n: number() }),
  output: output<Counted>({ target: 'push' }),
  state: { total: valueState<number>() },
  onElement: ({ n }, { emit, key, now, state, timers }) => {
    const total = (state.total.get() ?? 0) + 1;
    state.total.set(total);
    emit({ key, total });
    timers.processing.setNamed(`timer-${n}`, now + 800);
  },
  onTimer: (_, { emit, key, timer }) => emit({ key, timer: timer?.name ?? null }),
});
