import { object } from 'valibot';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';

const SILENCE = 60_000;

export type Alert = { readonly device: string; readonly lastBeatAt: number };

/**
 * One alert for each silence of a device of 60 s of processing time. A beat in the deadline's millisecond wins. A beat
 * counts from when it was sent, if it says so: what arrives late, after an outage of ours, raises no false alarm for a
 * device whose newer beats are still to be read. After the alert nothing is kept of the device.
 */
export const heartbeat = defineProcess({
  name: 'heartbeat',
  element: object({}),
  output: output<Alert>(),
  state: { lastBeatAt: valueState<number>() },
  onElement: (_, { now, state, timers }) => {
    state.lastBeatAt.set(now);
    timers.processing.setNamed('silence', now + SILENCE);
  },
  onTimer: (_, { emit, key, state }) => {
    emit({ device: key, lastBeatAt: state.lastBeatAt.get() ?? 0 });
    state.lastBeatAt.clear();
  },
});
