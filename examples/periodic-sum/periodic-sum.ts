import { number, object } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { alignDown } from '../../shared/core/process/event-time.ts';
import { output } from '../../shared/core/process/output.ts';
import { mapState, valueState } from '../../shared/core/process/state/spec.ts';
import { monotonicTimestamps } from '../../shared/core/process/watermark/strategy.ts';

const MINUTE = 60_000;

export type PeriodicSumOptions = {
  /** Periods without an element after which a key stops, and is forgotten. */
  readonly emptyPeriods: number;
};

/** The sum of each minute of event time of a key, minutes without elements included, until `emptyPeriods` of them. */
export const periodicSum = ({ emptyPeriods }: PeriodicSumOptions) =>
  defineProcess({
    name: 'periodic-sum',
    element: object({ amount: number() }),
    output: output<number>({ target: 'echo' }),
    sideOutputs: { late: output<{ amount: number }>() },
    watermark: monotonicTimestamps(),
    state: { sums: mapState<number>(), empty: valueState<number>() },
    onElement: (value, { sideOutput, state, timers, timestamp, watermark }) => {
      if (timestamp === null) return;
      const end = alignDown(timestamp, MINUTE) + MINUTE - 1;
      if (end <= watermark) return sideOutput('late', value);
      state.sums.set(String(end), (state.sums.get(String(end)) ?? 0) + value.amount);
      const planned = timers.event.named('period');
      if (planned === null || end < planned) timers.event.setNamed('period', end);
    },
    onTimer: (end, { emit, state, timers }) => {
      const sum = state.sums.get(String(end));
      state.sums.delete(String(end));
      emit(sum ?? 0);
      const empty = sum === null ? (state.empty.get() ?? 0) + 1 : 0;
      state.empty.set(empty);
      if (empty < emptyPeriods) return timers.event.setNamed('period', end + MINUTE);
      state.empty.clear();
      const ahead = state.sums.keys().map(Number);
      if (ahead.length > 0) timers.event.setNamed('period', Math.min(...ahead));
    },
  });
