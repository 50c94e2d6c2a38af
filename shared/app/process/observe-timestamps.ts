import type { Process } from '../../core/process/definition.ts';
import {
  joinMarks,
  markOf,
  observeAll,
  type PartitionMark,
  type PartitionName,
  takeMark,
} from '../../core/process/watermark/source-watermarks.ts';
import type { Clock } from '../../ports/clock.ts';
import type { WatermarkCache } from './watermark-cache.ts';
import type { WatermarkRecord } from './watermark-record.ts';

/** Elements of one partition: their timestamps in order. */
export type Seen = PartitionName & { readonly timestamps: readonly number[] };

/** Seen again within this share of the idle time, a partition need not be stored anew. */
const SEEN_SHARE = 4;

type Gathered = Map<string, { readonly at: PartitionName; readonly timestamps: number[] }>;

type Pending = { readonly gathered: Gathered; readonly stored: PromiseWithResolvers<void> };

const nameOf = ({ input, partition }: PartitionName): string => `${input}#${partition}`;

const gather = (gathered: Gathered, { timestamps, ...at }: Seen): void => {
  const there = gathered.get(nameOf(at)) ?? { at, timestamps: [] };
  gathered.set(nameOf(at), there);
  for (const timestamp of timestamps) there.timestamps.push(timestamp);
};

/** True where the stored mark says as much: neither does it rise, nor is the partition about to count as idle. */
const saysNothing = (process: Process, old: PartitionMark, mark: PartitionMark): boolean => {
  const { idleAfterMs } = process.watermark;
  const isFresh = idleAfterMs === null || mark.seenAt - old.seenAt < idleAfterMs / SEEN_SHARE;
  return mark.watermark <= old.watermark && mark.maxTimestamp <= old.maxTimestamp && isFresh;
};

/** Takes in what partitions have shown; when it resolves, that is stored. One write is under way for a process. */
export const makeObserve = (cache: WatermarkCache, clock: Clock) => {
  const pending = new Map<string, Pending>();
  const writing = new Set<string>();

  const take = (process: Process, record: WatermarkRecord, gathered: Gathered): WatermarkRecord => {
    let { sources } = record;
    for (const { at, timestamps } of gathered.values()) {
      const old = markOf(sources, at);
      const mark = observeAll(process.watermark, old, { timestamps, now: clock.now() });
      if (!saysNothing(process, old, mark)) sources = takeMark(sources, at, joinMarks(old, mark));
    }
    return sources === record.sources ? record : { ...record, sources };
  };

  const store = async (process: Process, gathered: Gathered): Promise<void> => {
    // Marks only rise, so what an old reading makes nothing of, a new one would not either.
    const { record } = await cache.current(process, Number.POSITIVE_INFINITY);
    if (take(process, record, gathered) === record) return;
    await cache.change(process, (now) => take(process, now, gathered));
  };

  const drain = async (process: Process): Promise<void> => {
    if (writing.has(process.name)) return;
    writing.add(process.name);
    for (let next = pending.get(process.name); next; next = pending.get(process.name)) {
      pending.delete(process.name);
      try {
        await store(process, next.gathered);
        next.stored.resolve();
      } catch (error) {
        next.stored.reject(error);
      }
    }
    writing.delete(process.name);
  };

  return (process: Process, seen: readonly Seen[]): Promise<void> => {
    const open = pending.get(process.name) ?? { gathered: new Map(), stored: Promise.withResolvers<void>() };
    pending.set(process.name, open);
    for (const one of seen) gather(open.gathered, one);
    void drain(process);
    return open.stored.promise;
  };
};
