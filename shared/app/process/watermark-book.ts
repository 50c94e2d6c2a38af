import type { Process } from '../../core/process/definition.ts';
import { END_OF_TIME } from '../../core/process/event-time.ts';
import { markOf, type PartitionName, probeIdle, takeMark } from '../../core/process/watermark/source-watermarks.ts';
import type { Engine } from '../engine.ts';
import { makeObserve, type Seen } from './observe-timestamps.ts';
import { makeWatermarkCache, PUBLISH_MS } from './watermark-cache.ts';
import type { WatermarkRecord } from './watermark-record.ts';

/** The watermarks of processes, as this process of the operating system knows and raises them. */
export type WatermarkBook = {
  /** The published watermark, at most a publish interval old. */
  published(process: Process): Promise<number>;
  /** Takes in what partitions have shown; when it resolves, that is stored. */
  observe(process: Process, seen: readonly Seen[]): Promise<void>;
  /** Sets the watermark of a partition; a lower one is ignored. */
  advance(process: Process, at: PartitionName, watermark: number): Promise<{ published: number; advanced: boolean }>;
  /** Asks for a wave where the watermark has reached a timer at `at` whose hint is stored. */
  reached(process: Process, at: number): Promise<void>;
  /** Ends the input of a process: all its partitions, and inputs without one. */
  end(process: Process): Promise<number>;
  /** Turns partitions idle that have been silent for too long. */
  probe(process: Process): Promise<void>;
};

export const makeWatermarkBook = (engine: Engine): WatermarkBook => {
  const { clock } = engine;
  const cache = makeWatermarkCache(engine);

  const raise = (record: WatermarkRecord, at: PartitionName, watermark: number): WatermarkRecord => {
    const old = markOf(record.sources, at);
    if (watermark <= old.watermark) return record;
    return { ...record, sources: takeMark(record.sources, at, { ...old, watermark, seenAt: clock.now() }) };
  };

  return {
    published: async (process) => (await cache.current(process, PUBLISH_MS)).record.sources.published,
    observe: makeObserve(cache, clock),
    advance: async (process, at, watermark) => {
      let advanced = false;
      const { record } = await cache.change(process, (now) => {
        const raised = raise(now, at, watermark);
        advanced = raised !== now;
        return raised;
      });
      return { published: record.sources.published, advanced };
    },
    reached: async (process, at) => {
      const { record } = await cache.current(process, 0);
      if (record.sources.published < at) return;
      await cache.change(process, (now) => ({
        ...now,
        asked: (now.asked ?? 0) + 1,
        waveAt: now.waveAt ?? clock.now(),
      }));
    },
    end: async (process) => {
      const { record } = await cache.change(process, (now) =>
        partitionsOf(now).reduce((raised, at) => raise(raised, at, END_OF_TIME), now),
      );
      return record.sources.published;
    },
    probe: async (process) => {
      const { idleAfterMs } = process.watermark;
      if (idleAfterMs === null) return;
      await cache.change(process, (record) => {
        if (record.probeAt === null || clock.now() < record.probeAt) return record;
        return { ...record, sources: probeIdle(record.sources, idleAfterMs, clock.now()), probeAt: null };
      });
    },
  };
};

/** All partitions, and for an input that has none yet one that stands for it. */
const partitionsOf = ({ sources }: WatermarkRecord): PartitionName[] =>
  Object.entries(sources.inputs).flatMap(([input, { partitions }]) => {
    const names = Object.keys(partitions);
    return (names.length === 0 ? ['end'] : names).map((partition) => ({ input, partition }));
  });
