import { NO_WATERMARK } from '../core/process/event-time.ts';
import type { Process } from '../core/process/process.ts';
import { advanceInput, type Combined, setIdle } from '../core/process/watermark/combined.ts';
import {
  markOf,
  observeAll,
  openSources,
  type PartitionMark,
  type PartitionName,
  probeIdle,
  type SourceWatermarks,
  takeMark,
} from '../core/process/watermark/source-watermarks.ts';
import { freshWatermark } from '../core/process/watermark/strategy.ts';

/** Sources whose partitions, by input, are known and have shown nothing yet. */
export const openPartitions = (
  inputs: readonly string[],
  partitions: { readonly [input: string]: readonly string[] },
  now: number,
): SourceWatermarks => {
  const names = Object.entries(partitions).flatMap(([input, of]) => of.map((partition) => ({ input, partition })));
  const mark: PartitionMark = { ...freshWatermark, seenAt: now };
  return names.reduce((sources, name) => takeMark(sources, name, mark), openSources(inputs));
};

/** The sources after an element of a partition. */
export const observeElement = (
  { watermark }: Process,
  sources: SourceWatermarks,
  seen: { readonly at: PartitionName; readonly timestamp: number; readonly now: number },
): SourceWatermarks => {
  const mark = observeAll(watermark, markOf(sources, seen.at), { timestamps: [seen.timestamp], now: seen.now });
  return takeMark(sources, seen.at, mark);
};

/** The sources after a partition told its own watermark. */
export const advancePartition = (
  sources: SourceWatermarks,
  at: PartitionName,
  told: { readonly watermark: number; readonly now: number },
): SourceWatermarks =>
  takeMark(sources, at, { maxTimestamp: NO_WATERMARK, watermark: told.watermark, seenAt: told.now });

/** The sources when time has gone on. */
export const probePartitions = ({ watermark }: Process, sources: SourceWatermarks, now: number): SourceWatermarks =>
  watermark.idleAfterMs === null ? sources : probeIdle(sources, watermark.idleAfterMs, now);

/** The watermarks of the inputs as their partitions say; inputs without partitions are moved by hand. */
export const followSources = (combined: Combined, sources: SourceWatermarks): Combined => {
  let next = combined;
  for (const [input, { valve }] of Object.entries(sources.inputs)) {
    if (Object.keys(valve.channels).length === 0) continue;
    if (valve.output !== NO_WATERMARK) next = advanceInput(next, input, valve.output);
    next = setIdle(next, input, valve.idle);
  }
  return next;
};
