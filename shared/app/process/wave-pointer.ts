import type { EpochMs } from '../../core/time/epoch.ts';
import type { Hint } from '../../ports/pointer-queue.ts';
import type { Engine } from '../engine.ts';

/*
 * A hint that the event time of a process has something to do at `at`: timers to fire, or partitions that may have
 * turned idle. {"v":1,"process":"rolling-sessions"}
 */
const MAX_DELAY_SECONDS = 900;

/** Shows at `at`, or a little later: the queue knows whole seconds. */
export const encodeWavePointer = (engine: Engine, process: string, at: EpochMs): Hint => ({
  body: JSON.stringify({ v: 1, process }),
  delaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.floor((at - engine.clock.now()) / 1000))),
});

/** The process that a queue message names; `undefined` for text that is no such pointer. */
export const decodeWavePointer = (body: string): string | undefined => {
  try {
    const value = JSON.parse(body) as { v?: unknown; process?: unknown } | null;
    return value?.v === 1 && typeof value.process === 'string' ? value.process : undefined;
  } catch {
    return undefined;
  }
};
