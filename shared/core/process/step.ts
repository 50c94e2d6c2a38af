import { attempt } from './attempt.ts';
import { effectsOf, snapshotOf } from './close-turn.ts';
import { fits, fitTurn } from './fit-turn.ts';
import type { Process } from './process.ts';
import type { Snapshot } from './snapshot.ts';
import type { Step, Turn } from './turn.ts';

/**
 * Applies a turn to a key. Pure: the same arguments give the same result, and nothing that is passed in is changed.
 *
 * S1 Before each input the due timers fire, by time, also those that a handler sets while they do.
 * S2 Event timers fire when the watermark has risen above that of the snapshot. One that an element sets behind the
 *    watermark waits for the next rise.
 * S3 A call that throws leaves nothing: what came before it is computed again without it. So handlers have to be
 *    deterministic to be repeatable, not to be correct: what is committed is one run's result in either case.
 * S4 An element whose id is remembered, or a turn without anything to do, gives the snapshot itself and its outputs.
 * S5 The outcome of a call is stored first and handed over when it is ready, before timers: a handler that throws finds it
 *    again, and the call is not made again for it.
 * S6 What would make the state of the key too large is not stored: the call fails, or its element goes to `tooLarge`.
 *    A turn ends before what would make the item too large, unless it is its first call, which fails.
 */
export const step = (process: Process, snapshot: Snapshot, turn: Turn): Step => {
  const whole = attempt(process, snapshot, { turn, calls: turn.maxCalls ?? Number.POSITIVE_INFINITY });
  let { failure } = whole;
  let result = whole;
  // A handler that is not deterministic may throw earlier the next time; each round is shorter, so this ends.
  while (result.failure) {
    failure = result.failure;
    result = attempt(process, snapshot, { turn, calls: result.calls });
  }
  const next = result.calls > 0 ? snapshotOf(process, snapshot, result) : snapshot;
  if (next === snapshot || fits(process, snapshot, next)) {
    return { snapshot: next, effects: effectsOf(process, turn, { ...result, failure, before: snapshot, next }) };
  }
  return fitTurn(process, snapshot, { turn, calls: result.calls, failure });
};
