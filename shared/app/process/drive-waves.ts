import type { Hint } from '../../ports/pointer-queue.ts';
import type { Engine } from '../engine.ts';
import { sendHints } from '../hints.ts';
import { unlessDamaged } from '../unit-journal.ts';
import { processesWithWatermark, readWatermarkByName, type WatermarkRecord } from './watermark-record.ts';
import { encodeWavePointer } from './wave-pointer.ts';

/** A wave that is so late has lost its pointer, or its worker. */
const LOST_AFTER_MS = 5_000;

/** A damaged one stops its own process only: whoever feeds that is told so (F51, P10). */
const recordOf = async (engine: Engine, name: string): Promise<WatermarkRecord | undefined> => {
  const record = await unlessDamaged(() => readWatermarkByName(engine, name), 'damaged' as const);
  if (record !== 'damaged') return record;
  engine.telemetry.count('quarantined', 1);
  engine.telemetry.note('error', 'watermark damaged', { process: name });
  return undefined;
};

/**
 * Sends the pointers of waves and probes again that nobody came for; all of them where the queue is known to be empty.
 */
export const driveWaves = async (engine: Engine, { reopen = false }: { reopen?: boolean } = {}): Promise<void> => {
  const now = engine.clock.now();
  const lost: Hint[] = [];
  for (const name of await processesWithWatermark(engine)) {
    const record = await recordOf(engine, name);
    const due = [record?.waveAt, record?.probeAt].filter((at) => at !== null && at !== undefined);
    const late = due.filter((at) => reopen || now - at > LOST_AFTER_MS);
    lost.push(...late.map((at) => encodeWavePointer(engine, name, at)));
  }
  await sendHints(engine, lost);
};
