import { number, object, string } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';
import { boundedOutOfOrderness } from '../../shared/core/process/watermark/strategy.ts';

/** How long after an element its processing timer fires. */
export const LATER_MS = 5_000;

export const MINUTE_MS = 60_000;

export type Row = { readonly from: string; readonly key: string; readonly count: number; readonly secret: string };

/** Says a little later that an element came. */
export const reminders = defineProcess({
  name: 'reminders',
  element: object({ secret: string() }),
  output: output<Pick<Row, 'key' | 'secret'>>({ target: 'reminders' }),
  state: { secret: valueState<string>() },
  onElement: ({ secret }, { now, state, timers }) => {
    state.secret.set(secret);
    timers.processing.setNamed('later', now + LATER_MS);
  },
  onTimer: (_, { emit, key, state }) => emit({ key, secret: state.secret.get() ?? '' }),
});

/** Sums up what a queue brings. */
export const tally = defineProcess({
  name: 'tally',
  element: object({ n: number(), secret: string() }),
  state: { sum: valueState<number>() },
  onElement: ({ n }, { state }) => state.sum.set((state.sum.get() ?? 0) + n),
});

/** Counts the elements of a key, says so at once, a little later, and when event time has passed the minute. */
export const visits = defineProcess({
  name: 'visits',
  element: object({ secret: string() }),
  output: output<Row>({ target: 'visits' }),
  state: { count: valueState<number>(), secret: valueState<string>() },
  watermark: boundedOutOfOrderness(0),
  onElement: ({ secret }, { emit, key, now, state, timers, timestamp }) => {
    const count = (state.count.get() ?? 0) + 1;
    state.count.set(count);
    state.secret.set(secret);
    emit({ from: 'element', key, count, secret });
    timers.processing.setNamed('later', now + LATER_MS);
    if (timestamp !== null) timers.event.setNamed('minute', Math.ceil((timestamp + 1) / MINUTE_MS) * MINUTE_MS);
  },
  onTimer: (_, { emit, key, state, timer }) => {
    const [count, secret] = [state.count.get() ?? 0, state.secret.get() ?? ''];
    emit({ from: timer?.domain ?? '', key, count, secret });
  },
});
