import { Problem } from '../core/problem.ts';
import type { ItemFate } from '../core/segment/unit-log.ts';
import { plusMs } from '../core/time/epoch.ts';
import type { Engine } from './engine.ts';
import type { Station } from './message-trail.ts';

/** Longer than a unit takes at most to log what it did: half a lease, behind a message that is due within 2 s. */
const DECIDE_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 250;

/**
 * Waits until the unit of a message has decided about it, for a change that was stored so late that the unit may have
 * looked before. Throws Problem 503 `OUTCOME_UNKNOWN` where that takes too long.
 */
export const awaitFate = async (engine: Engine, look: () => Promise<Station | undefined>): Promise<ItemFate> => {
  const until = plusMs(engine.clock.now(), DECIDE_WITHIN_MS);
  for (;;) {
    const fate = (await look())?.fate;
    if (fate && fate.kind !== 'undecided') return fate;
    const now = engine.clock.now();
    if (now >= until) {
      const detail = 'Whether the message could still be changed is not known yet; repeat the call.';
      throw new Problem(503, 'OUTCOME_UNKNOWN', detail, { headers: { 'retry-after': '5' } });
    }
    await engine.clock.sleepUntil(plusMs(now, LOOK_EVERY_MS));
  }
};
