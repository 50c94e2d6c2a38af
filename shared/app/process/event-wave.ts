import { inTurns } from '../../core/in-turns.ts';
import type { Process } from '../../core/process/definition.ts';
import { type EpochMs, epochMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';
import { sendHints } from '../hints.ts';
import { ensureCursor } from '../tick/cursor.ts';
import { pagesOf } from '../unit-journal.ts';
import { type EventHint, eventsThrough, packEvents, unpackEvents } from './event-index.ts';
import type { KeyWorker } from './key-worker.ts';
import type { WatermarkBook } from './watermark-book.ts';
import { PUBLISH_MS } from './watermark-cache.ts';
import { changeWatermark, readWatermark, type WatermarkRecord } from './watermark-record.ts';
import { encodeWavePointer } from './wave-pointer.ts';

export type WaveDeps = {
  readonly engine: Engine;
  readonly worker: KeyWorker;
  readonly book: WatermarkBook;
  /** Told that all timers at or before `watermark` have fired: what follows the process may go on. */
  forward(process: Process, watermark: number): Promise<void>;
};

/** Fires event timers as the watermark advances. */
export type EventWaves = {
  /**
   * Does what the record of the process asks for, until nothing is left or `stopAt`. `at` is the time that the pointer
   * names for which it is called.
   */
  run(process: Process, of: { readonly at: EpochMs | null; readonly stopAt: EpochMs }): Promise<void>;
};

/** The queue knows whole seconds, so a pointer shows up to one before its time. */
const EARLY_MS = 1_000;

type Firing = { readonly process: Process; readonly watermark: number; readonly writtenAt: EpochMs };

/** Steps the key of a hint; true where the hint has to stay, because its writer may still commit, or the store failed. */
const fireHint = async ({ worker, engine }: WaveDeps, of: Firing, { key, at, base }: EventHint): Promise<boolean> => {
  const { process, watermark, writtenAt } = of;
  const hint = { kind: 'event', at, base, writtenAt } as const;
  try {
    const { verdicts } = await worker.submit({ process, key, inputs: [], reminders: [{ hint, writtenAt }], watermark });
    return verdicts.some(({ kind }) => kind === 'early');
  } catch {
    engine.telemetry.note('warn', 'event timer waits', { process: process.name });
    return true;
  }
};

/** Fires what is due of an entry and takes it away; what is not due yet goes on in a new one. Gives what has to wait. */
const fireEntry = async (deps: WaveDeps, of: Omit<Firing, 'writtenAt'>, item: Item): Promise<number> => {
  const { engine } = deps;
  const entry = unpackEvents(item);
  if (!entry) {
    engine.telemetry.count('quarantined', 1);
    engine.telemetry.note('error', 'event entry damaged', { pk: item.pk, sk: item.sk });
    return 0;
  }
  const { hints, writtenAt } = entry;
  const due = hints.filter(({ at }) => at <= of.watermark);
  const waits = await Promise.all(due.map((hint) => fireHint(deps, { ...of, writtenAt }, hint)));
  const waiting = due.filter((_, n) => waits[n]);
  const left = [...waiting, ...hints.filter(({ at }) => at > of.watermark)];
  if (left.length === hints.length) return waiting.length;
  // First the rest, then the removal: dying in between leaves hints twice, never none.
  if (left.length > 0) await engine.store.putMany(packEvents(engine, of.process.name, { hints: left, writtenAt }));
  await engine.store.remove(item, item.version);
  return waiting.length;
};

/** Of a shard; an entry has up to a thousand keys. */
const ENTRIES_AT_ONCE = 10;

const fireShard = async (deps: WaveDeps, of: Omit<Firing, 'writtenAt'>, at: { shard: number; stopAt: EpochMs }) => {
  const { engine } = deps;
  let waiting = 0;
  const range = { ...eventsThrough(of.process.name, at.shard, of.watermark), limit: ENTRIES_AT_ONCE };
  for await (const page of pagesOf(engine.store, range)) {
    if (engine.clock.now() >= at.stopAt) return waiting + 1;
    // Their keys share commits.
    const waits = await inTurns(page.items, ENTRIES_AT_ONCE, (item) => fireEntry(deps, of, item));
    waiting += waits.reduce((sum, n) => sum + n, 0);
  }
  return waiting;
};

/** Fires all event timers through `watermark`; the number of those that have to wait. */
const fireThrough = async (deps: WaveDeps, process: Process, at: { watermark: number; stopAt: EpochMs }) => {
  const { watermark, stopAt } = at;
  // As many as any writer ever used (C3).
  const { cursor } = await ensureCursor(deps.engine, deps.engine.timeline);
  const shards = Array.from({ length: cursor.shards }, (_, shard) => shard);
  const waiting = await Promise.all(shards.map((shard) => fireShard(deps, { process, watermark }, { shard, stopAt })));
  return waiting.reduce((sum, n) => sum + n, 0);
};

/** What a wave leaves to do that found the record so `before` (M2, M3): the next one begins a publish interval after this one did. */
const afterWave = (
  record: WatermarkRecord,
  of: { before: WatermarkRecord; waiting: number; nextAt: EpochMs },
): WatermarkRecord => {
  const { asked, sources } = of.before;
  const through = of.waiting === 0 ? sources.published : record.firedThrough;
  const firedThrough = Math.max(record.firedThrough, through);
  const done = of.waiting === 0 && record.sources.published <= sources.published && record.asked === asked;
  return { ...record, firedThrough, waveAt: done ? null : of.nextAt };
};

export const makeEventWaves = (deps: WaveDeps): EventWaves => {
  const { engine, book } = deps;
  const underWay = new Map<string, Promise<WatermarkRecord>>();

  const wave = async (process: Process, before: WatermarkRecord, stopAt: EpochMs): Promise<WatermarkRecord> => {
    const watermark = before.sources.published;
    const nextAt = epochMs(engine.clock.now() + PUBLISH_MS);
    const waiting = await fireThrough(deps, process, { watermark, stopAt });
    if (waiting === 0) await deps.forward(process, watermark);
    const stored = await changeWatermark(engine, process, (now) => afterWave(now, { before, waiting, nextAt }));
    return stored.record;
  };

  const run = async (process: Process, stopAt: EpochMs): Promise<WatermarkRecord> => {
    await book.probe(process);
    let { record } = await readWatermark(engine, process);
    while (record.waveAt !== null && record.waveAt < stopAt && engine.clock.now() < stopAt) {
      await engine.clock.sleepUntil(record.waveAt);
      // What was raised while we waited is of this wave.
      record = (await readWatermark(engine, process)).record;
      record = await wave(process, record, stopAt);
    }
    if (record.waveAt !== null) await sendHints(engine, [encodeWavePointer(engine, process.name, record.waveAt)]);
    return record;
  };

  /** Pointers that come together share one run. */
  const runShared = (process: Process, stopAt: EpochMs): Promise<WatermarkRecord> => {
    const running = underWay.get(process.name);
    if (running) return running;
    const started = run(process, stopAt).finally(() => underWay.delete(process.name));
    underWay.set(process.name, started);
    return started;
  };

  return {
    run: async (process, { at, stopAt }) => {
      const { clock } = engine;
      if (at !== null && at - clock.now() <= EARLY_MS) await clock.sleepUntil(at);
      const { probeAt } = await runShared(process, stopAt);
      // Only who was to probe, and came too early, comes again: pointers would never end else, and become ever more.
      if (probeAt !== null && probeAt === at)
        await sendHints(engine, [encodeWavePointer(engine, process.name, probeAt)]);
    },
  };
};
