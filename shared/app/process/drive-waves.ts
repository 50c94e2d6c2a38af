import type { Engine } from '../engine.ts';
import { sendHints } from '../hints.ts';
import { processesWithWatermark, readWatermarkByName } from './watermark-record.ts';
import { encodeWavePointer } from './wave-pointer.ts';

/** A wave that is so late has lost its pointer, or its worker. */
const LOST_AFTER_MS = 5_000;

/** Sends the pointers of waves and probes again that nobody came for. */
export const driveWaves = async (engine: Engine): Promise<void> => {
  const now = engine.clock.now();
  const late: string[] = [];
  for (const name of await processesWithWatermark(engine)) {
    const record = await readWatermarkByName(engine, name);
    const due = [record?.waveAt, record?.probeAt].filter((at) => at !== null && at !== undefined);
    if (due.some((at) => now - at > LOST_AFTER_MS)) late.push(name);
  }
  await sendHints(
    engine,
    late.map((name) => encodeWavePointer(engine, name, now)),
  );
};
