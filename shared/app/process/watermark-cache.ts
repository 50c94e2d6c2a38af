import type { Process } from '../../core/process/definition.ts';
import { hasActive } from '../../core/process/watermark/source-watermarks.ts';
import { type EpochMs, plusMs } from '../../core/time/epoch.ts';
import type { Engine } from '../engine.ts';
import { sendHints } from '../hints.ts';
import { changeWatermark, readWatermark, type StoredWatermark, type WatermarkRecord } from './watermark-record.ts';
import { encodeWavePointer } from './wave-pointer.ts';

/** How far event timers may be behind the watermark: waves come no more often than this. */
export const PUBLISH_MS = 1_000;

/** The records of processes as this process of the operating system read or wrote them last. */
export type WatermarkCache = {
  current(process: Process, maxAgeMs: number): Promise<StoredWatermark>;
  /** Changes a record, and sends the pointers that the change asks for; `make` gives the record itself for no change. */
  change(process: Process, make: (record: WatermarkRecord) => WatermarkRecord): Promise<StoredWatermark>;
};

/** What a rise asks for: a wave where none is to come, and a probe where partitions may turn idle. */
const asks = (
  before: WatermarkRecord,
  after: WatermarkRecord,
  { process, now }: { readonly process: Process; readonly now: EpochMs },
): WatermarkRecord => {
  const rises = after.sources.published > before.sources.published;
  const wave = rises && before.waveAt === null;
  const { idleAfterMs } = process.watermark;
  const probe = idleAfterMs !== null && after.probeAt === null && hasActive(after.sources);
  return {
    ...after,
    raisedAt: rises ? now : after.raisedAt,
    waveAt: wave ? plusMs(now, Math.max(0, before.raisedAt + PUBLISH_MS - now)) : after.waveAt,
    probeAt: probe ? plusMs(now, idleAfterMs + 1) : after.probeAt,
  };
};

export const makeWatermarkCache = (engine: Engine): WatermarkCache => {
  const { clock } = engine;
  const known = new Map<string, { readonly stored: StoredWatermark; readonly readAt: EpochMs }>();

  const keep = (process: Process, stored: StoredWatermark): StoredWatermark => {
    known.set(process.name, { stored, readAt: clock.now() });
    return stored;
  };

  return {
    current: async (process, maxAgeMs) => {
      const cached = known.get(process.name);
      const age = clock.now() - (cached?.readAt ?? 0);
      if (cached && age >= 0 && age < maxAgeMs) return cached.stored;
      return keep(process, await readWatermark(engine, process));
    },
    change: async (process, make) => {
      let before: WatermarkRecord | undefined;
      const stored = await changeWatermark(engine, process, (record) => {
        before = record;
        const after = make(record);
        return after === record ? undefined : asks(record, after, { process, now: clock.now() });
      });
      keep(process, stored);
      const { waveAt, probeAt } = stored.record;
      const asked = [waveAt === before?.waveAt ? null : waveAt, probeAt === before?.probeAt ? null : probeAt];
      const pointers = asked.flatMap((at) => (at === null ? [] : [encodeWavePointer(engine, process.name, at)]));
      await sendHints(engine, pointers);
      return stored;
    },
  };
};
