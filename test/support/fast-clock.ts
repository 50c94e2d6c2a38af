import { type EpochMs, epochMs } from '../../shared/core/time/epoch.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** A clock on which every wait is over at once and counted: for calls that repeat with waits in between. */
export function makeFastClock(): Clock & { readonly waitsMs: number[]; waitedMs(): number } {
  let now: EpochMs = epochMs(0);
  const waitsMs: number[] = [];
  return {
    now: () => now,
    sleepUntil: async (at) => {
      waitsMs.push(Math.max(0, at - now));
      now = epochMs(Math.max(now, at));
    },
    waitsMs,
    waitedMs: () => waitsMs.reduce((sum, wait) => sum + wait, 0),
  };
}
