import type { KeyView, PartitionView, ProcessView } from '../../app/process/process-desk.ts';
import type { Process } from '../../core/process/definition.ts';
import { NO_WATERMARK } from '../../core/process/event-time.ts';
import type { OutputSpec } from '../../core/process/output.ts';
import { inputsOf } from '../../core/process/wiring.ts';
import { epochMs } from '../../core/time/epoch.ts';
import { formatInstant } from '../../core/time/instant.ts';
import { FIRST_MS, LAST_MS } from '../../core/time/wall-time.ts';
import type { KeyAnswer, ProcessAnswer } from './answers.ts';
import { timerIdOf } from './timer-id.ts';

/** Event time has a beginning and an end that no calendar has: they show as its first and last instant. */
const shown = (at: number): string => formatInstant(epochMs(Math.min(LAST_MS, Math.max(FIRST_MS, at))));

/** An event time as it is shown; `null` before there was any. */
export const eventTime = (at: number): string | null => (at === NO_WATERMARK ? null : shown(at));

export const keyView = ({ key, version, state, timers, watermark, pendingOutputs }: KeyView): KeyAnswer => ({
  key,
  version,
  state,
  timers: timers.map(({ domain, at, name, everyMs }) => ({
    id: timerIdOf({ domain, at, name }),
    domain,
    timestamp: shown(at),
    name,
    ...(everyMs === null ? {} : { everyMs }),
  })),
  watermark: eventTime(watermark),
  pendingOutputs: pendingOutputs.map(({ id, output, value, timestamp }) => ({
    id,
    output,
    value,
    timestamp: timestamp === null ? null : shown(timestamp),
  })),
});

const partitionView = ({ input, partition, idle, holdsBack, ...mark }: PartitionView) => ({
  input,
  partition,
  watermark: eventTime(mark.watermark),
  maxTimestamp: eventTime(mark.maxTimestamp),
  seenAt: eventTime(mark.seenAt),
  idle,
  holdsBack,
});

const outputView = (name: string | null, { to }: OutputSpec<never>) => ({
  name,
  to: to === null ? null : 'target' in to ? to.target : `process:${to.process}`,
});

export const processView = (process: Process, view: ProcessView, now: number): ProcessAnswer => ({
  name: view.name,
  watermark: eventTime(view.watermark),
  firedThrough: eventTime(view.firedThrough),
  lagMs: view.watermark === NO_WATERMARK ? null : now - view.watermark,
  inputs: inputsOf(process),
  waitsFor: [...view.waitsFor],
  outputs: [
    ...(process.output ? [outputView(null, process.output)] : []),
    ...Object.entries(process.sideOutputs).map(([name, spec]) => outputView(name, spec)),
  ],
  partitions: view.partitions.map(partitionView),
  counters: view.counters,
});
