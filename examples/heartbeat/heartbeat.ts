import { object } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';

const SILENCE = 60_000;

export type Alert = { readonly device: string; readonly lastBeatAt: number };

/** A timer this late says that we were away, not the device. */
const OUTAGE = 5_000;

/**
 * One alert for each silence of a device of 60 s of processing time. A beat in the deadline's millisecond wins. After
 * an outage of ours the beats that waited are read first: every device gets 60 s more instead of a false alarm. After
 * the alert nothing is kept of the device.
 */
export const heartbeat = defineProcess({
  name: 'heartbeat',
  element: object({}),
  output: output<Alert>({ target: 'echo' }),
  state: { lastBeatAt: valueState<number>() },
  onElement: (_, { now, state, timers }) => {
    state.lastBeatAt.set(now);
    timers.processing.setNamed('silence', now + SILENCE);
  },
  onTimer: (deadline, { emit, key, now, state, timers }) => {
    if (now - deadline > OUTAGE) return timers.processing.setNamed('silence', now + SILENCE);
    emit({ device: key, lastBeatAt: state.lastBeatAt.get() ?? 0 });
    state.lastBeatAt.clear();
  },
});
