import type { EpochMs } from '../../core/time/epoch.ts';
import type { Hint } from '../../ports/pointer-queue.ts';
import type { Engine } from '../engine.ts';

/*
 * A hint that the event time of a process has something to do at `at`: timers to fire, or partitions that may have
 * turned idle. {"v":1,"process":"rolling-sessions","at":1780000000000}
 */
const MAX_DELAY_SECONDS = 900;

/** `at` is `null` where a release sent the pointer that did not say it. */
export type WavePointer = { readonly process: string; readonly at: EpochMs | null };

/** Shows at `at`, or up to a second earlier: the queue knows whole seconds. Long before, where `at` is far away. */
export const encodeWavePointer = (engine: Engine, process: string, at: EpochMs): Hint => ({
  body: JSON.stringify({ v: 1, process, at }),
  delaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.floor((at - engine.clock.now()) / 1000))),
});

/** What a queue message says of a process; `undefined` for text that is no such pointer. */
export const decodeWavePointer = (body: string): WavePointer | undefined => {
  try {
    const value = JSON.parse(body) as { v?: unknown; process?: unknown; at?: unknown } | null;
    if (value?.v !== 1 || typeof value.process !== 'string') return undefined;
    return { process: value.process, at: Number.isSafeInteger(value.at) ? (value.at as EpochMs) : null };
  } catch {
    return undefined;
  }
};
