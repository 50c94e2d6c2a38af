import { number, object } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { alignDown } from '../../shared/core/process/event-time.ts';
import { output } from '../../shared/core/process/output.ts';
import { mapState } from '../../shared/core/process/state/spec.ts';
import { monotonicTimestamps } from '../../shared/core/process/watermark/strategy.ts';

const MINUTE = 60_000;
const HALF_HOUR = 30 * MINUTE;
const HOUR = 60 * MINUTE;
const SIX_HOURS = 360 * MINUTE;

/** What falls into a span of time: how many sessions, and their durations together in milliseconds. */
type Sums = readonly [count: number, sumMs: number];

export type SessionRow = {
  readonly user: string;
  /** The minute that the watermark has reached; the row counts what lies before it. */
  readonly at: number;
  readonly halfHour: Sums;
  readonly hour: Sums;
  readonly sixHours: Sums;
};

/**
 * Sessions of a user and their duration over the last 30 minutes, 1 hour and 6 hours: one row at each whole minute
 * that the watermark reaches, over the events in [minute − span, minute). The all-zero row is the last; after it
 * nothing is kept of the user. An event that comes late counts in the rows that are still to come.
 */
export const rollingSessions = defineProcess({
  name: 'rolling-sessions',
  element: object({ durationMs: number() }),
  output: output<SessionRow>({ target: 'echo' }),
  watermark: monotonicTimestamps(),
  state: { minutes: mapState<Sums>() },
  onElement: ({ durationMs }, { state, timers, timestamp, watermark }) => {
    if (timestamp === null) return;
    const minute = alignDown(timestamp, MINUTE);
    const next = Math.max(minute, alignDown(watermark, MINUTE)) + MINUTE;
    if (minute < next - SIX_HOURS) return;
    const [count, sumMs] = state.minutes.get(String(minute)) ?? [0, 0];
    state.minutes.set(String(minute), [count + 1, sumMs + durationMs]);
    const planned = timers.event.named('row');
    if (planned === null || next < planned) timers.event.setNamed('row', next);
  },
  onTimer: (at, { emit, key, state, timers }) => {
    const minutes = state.minutes.entries().map(([start, sums]) => ({ start: Number(start), sums }));
    const over = (span: number): Sums => {
      let [count, sumMs] = [0, 0];
      for (const { start, sums } of minutes) {
        if (start < at - span || start >= at) continue;
        count += sums[0];
        sumMs += sums[1];
      }
      return [count, sumMs];
    };
    const row = { user: key, at, halfHour: over(HALF_HOUR), hour: over(HOUR), sixHours: over(SIX_HOURS) };
    emit(row);
    for (const { start } of minutes) if (start < at + MINUTE - SIX_HOURS) state.minutes.delete(String(start));
    const ahead = minutes.filter(({ start }) => start >= at).map(({ start }) => start);
    if (row.sixHours[0] > 0) timers.event.setNamed('row', at + MINUTE);
    else if (ahead.length > 0) timers.event.setNamed('row', Math.min(...ahead) + MINUTE);
  },
});
