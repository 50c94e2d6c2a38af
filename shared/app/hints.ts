import { encodePointer } from '../core/segment/pointer.ts';
import type { Unit } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Hint } from '../ports/pointer-queue.ts';
import type { Engine } from './engine.ts';

/** The longest delay that a queue takes, seconds. */
const MAX_DELAY_SECONDS = 900;

/** A hint that shows `lead` before `dueAt`, or as near to it as the queue's whole seconds allow, never later. */
export const hintFor = (engine: Engine, unit: Unit, dueAt: EpochMs): Hint => {
  const delayMs = dueAt - engine.timing.leadMs - engine.clock.now();
  return {
    body: encodePointer(unit),
    delaySeconds: Math.min(MAX_DELAY_SECONDS, Math.max(0, Math.floor(delayMs / 1000))),
  };
};

/** Sends hints; what cannot be sent is left to the next tick's sweep and noted. */
export const sendHints = async (engine: Engine, hints: readonly Hint[]): Promise<readonly Hint[]> => {
  if (hints.length === 0) return [];
  const failed = await engine.queue.send(hints);
  if (failed.length > 0) engine.telemetry.note('warn', 'hints.unsent', { count: failed.length });
  return failed;
};
