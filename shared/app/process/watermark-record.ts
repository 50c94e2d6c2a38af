import type { Process } from '../../core/process/definition.ts';
import { NO_WATERMARK } from '../../core/process/event-time.ts';
import { openSources, type SourceWatermarks } from '../../core/process/watermark/source-watermarks.ts';
import { inputsOf } from '../../core/process/wiring.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { ItemKey } from '../../ports/item-store.ts';
import { requireClock } from '../clock-check.ts';
import type { Engine } from '../engine.ts';
import { eachPage } from '../unit-journal.ts';
import { decodeNamed, encodeNamed } from './named-record.ts';

/**
 * How far the event time of a process has come, in one item.
 *
 * M1 `sources.published` never goes back, nor does `firedThrough`, which follows it.
 * M2 Where `firedThrough` is behind, or a hint was found too early, `waveAt` is set: a wave is to fire what is due, no
 *    earlier than that. It is cleared only by the write that finds `firedThrough` at `published`, so that whoever raises
 *    the watermark either sees it set, and a wave to come will see the raise, or sets it and sends a pointer.
 * M3 A writer may know an older watermark. It looks at the record when its hints are stored, and asks for a wave where
 *    the watermark has passed them.
 */
export type WatermarkRecord = {
  readonly sources: SourceWatermarks;
  /** Every event timer at or before it has fired, but for those that elements set behind it. */
  readonly firedThrough: number;
  readonly waveAt: EpochMs | null;
  /** How often a writer asked for a wave: one that is under way may have passed its hints, so it is not the last (M3). */
  readonly asked?: number;
  /** When partitions are to be looked at that may have turned idle. */
  readonly probeAt: EpochMs | null;
  /** When `published` last rose. */
  readonly raisedAt: EpochMs;
};

export type StoredWatermark = { readonly record: WatermarkRecord; readonly version: number };

const keyOf = (process: string): ItemKey => ({ table: 'control', pk: `watermark#${process}`, sk: '-' });

const fresh = (process: Process): WatermarkRecord => ({
  sources: openSources(inputsOf(process)),
  firedThrough: NO_WATERMARK,
  waveAt: null,
  probeAt: null,
  raisedAt: 0 as EpochMs,
});

export const readWatermark = async (engine: Engine, process: Process): Promise<StoredWatermark> => {
  const item = await engine.store.get(keyOf(process.name));
  return item
    ? { record: decodeNamed(item, process.name), version: item.version }
    : { record: fresh(process), version: 0 };
};

/** Changes the record by a conditional write; `change` gives `undefined` where nothing is to change. */
export const changeWatermark = async (
  engine: Engine,
  process: Process,
  change: (record: WatermarkRecord) => WatermarkRecord | undefined,
): Promise<StoredWatermark> => {
  for (;;) {
    const stored = await readWatermark(engine, process);
    // A wave that a wrong clock puts off would not come for an hour (F36).
    await requireClock(engine);
    const record = change(stored.record);
    if (!record) return stored;
    if (stored.version === 0) await register(engine, process.name);
    const version = stored.version + 1;
    // Changes are repeatable: one whose answer was lost is made again, and changes nothing more.
    const item = { ...keyOf(process.name), version, doc: encodeNamed(process.name, record) };
    if ((await engine.store.put(item, stored.version === 0 ? 'absent' : stored.version)) === 'stored') {
      return { record, version };
    }
  }
};

const REGISTRY = 'processes';

/** Lets ticks, which know no definitions, find the process. */
const register = async (engine: Engine, name: string): Promise<void> => {
  await engine.store.put({ table: 'control', pk: REGISTRY, sk: name, version: 1 }, 'any');
};

/** The names of all processes that have a watermark. */
export const processesWithWatermark = async (engine: Engine): Promise<string[]> => {
  const names: string[] = [];
  await eachPage(engine.store, { table: 'control', pk: REGISTRY, from: '!', to: '~' }, ({ items }) => {
    for (const { sk } of items) names.push(sk);
  });
  return names;
};

/** The record of a process of which only the name is known. */
export const readWatermarkByName = async (engine: Engine, name: string): Promise<WatermarkRecord | undefined> => {
  const item = await engine.store.get(keyOf(name));
  return item && decodeNamed(item, name);
};
