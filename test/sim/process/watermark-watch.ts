import type { WatermarkRecord } from '../../../shared/app/process/watermark-record.ts';
import { NO_WATERMARK } from '../../../shared/core/process/event-time.ts';
import type { Process } from '../../../shared/core/process/process.ts';
import type { PartitionMark } from '../../../shared/core/process/watermark/source-watermarks.ts';
import type { Model } from '../model.ts';
import type { Trace } from '../trace.ts';

export type WatchWorld = {
  readonly model: Model;
  readonly trace: Trace;
  readonly now: () => number;
  readonly processes: readonly Process[];
  /** Clocks are wrong, so how long a partition was silent cannot be told. */
  readonly clocksDiffer: boolean;
};

/** What partitions say of the event time of a process, by `<input> <partition>`. */
const marksOf = ({ sources }: WatermarkRecord): [string, PartitionMark][] =>
  Object.entries(sources.inputs).flatMap(([input, { partitions }]) =>
    Object.entries(partitions).map(([name, mark]): [string, PartitionMark] => [`${input} ${name}`, mark]),
  );

/** Looks at every watermark as it is stored (P15). */
export const makeWatermarkWatch = ({ model, trace, now, processes, clocksDiffer }: WatchWorld) => {
  const records = new Map<string, WatermarkRecord>();
  /** When each watermark was published, by process, in order. */
  const rises = new Map<string, { readonly published: number; readonly at: number }[]>();
  /** Partitions that were silent for so long that they count no more, until they have caught up. */
  const silent = new Set<string>();

  const noteSilence = (name: string, record: WatermarkRecord): void => {
    const idleAfterMs = processes.find((process) => process.name === name)?.watermark.idleAfterMs ?? null;
    for (const [partition, mark] of marksOf(record)) {
      if (idleAfterMs !== null && now() - mark.seenAt > idleAfterMs) silent.add(`${name} ${partition}`);
    }
  };

  /** One that is silent counts again when its watermark rises, and not before it has caught up. */
  const noteReturns = (name: string, before: WatermarkRecord, after: WatermarkRecord): void => {
    const marks = new Map(marksOf(before));
    for (const [partition, { watermark }] of marksOf(after)) {
      const known = marks.get(partition)?.watermark ?? NO_WATERMARK;
      if (watermark > known && watermark >= after.sources.published) silent.delete(`${name} ${partition}`);
    }
  };

  const checkRise = (name: string, before: WatermarkRecord, after: WatermarkRecord): void => {
    const { published } = after.sources;
    if (published < before.sources.published)
      model.violate('P15', `the watermark of ${name} goes back to ${published}`, name);
    if (after.firedThrough < before.firedThrough || after.firedThrough > published)
      model.violate('P15', `${name} has fired through ${after.firedThrough}, with a watermark of ${published}`, name);
    const marks = new Map(marksOf(after));
    const isRise = published > before.sources.published && !clocksDiffer;
    for (const [partition, mark] of marksOf(before)) {
      const watermark = marks.get(partition)?.watermark ?? NO_WATERMARK;
      if (watermark < mark.watermark)
        model.violate('P15', `the watermark of ${name} ${partition} goes back to ${watermark}`, name);
      if (isRise && watermark < published && !silent.has(`${name} ${partition}`))
        model.violate('P15', `the watermark of ${name} rises to ${published}, past ${partition} at ${watermark}`, name);
    }
  };

  const watch = (name: string, record: WatermarkRecord): void => {
    trace(() => `watermark of ${name}: ${JSON.stringify(record)}`);
    const before = records.get(name);
    records.set(name, record);
    if (record.sources.published > (before?.sources.published ?? NO_WATERMARK)) {
      const { published } = record.sources;
      rises.set(name, [...(rises.get(name) ?? []), { published, at: now() }]);
    }
    if (!before) return;
    // This very write may be the one that finds it out.
    noteSilence(name, before);
    checkRise(name, before, record);
    noteReturns(name, before, record);
  };

  /** Since when the watermark of a process is at or beyond `watermark`. */
  const reachedAt = (name: string, watermark: number): number =>
    rises.get(name)?.find(({ published }) => published >= watermark)?.at ?? Number.POSITIVE_INFINITY;
  return Object.assign(watch, { records, reachedAt });
};
