import type { Process } from '../../core/process/definition.ts';
import { makeRecentIds } from '../../core/process/recent-ids.ts';
import type { Snapshot } from '../../core/process/snapshot.ts';
import { step } from '../../core/process/step.ts';
import type { Timer } from '../../core/process/timer.ts';
import type { Effects, Failure, Input, Turn } from '../../core/process/turn.ts';

/** What became of one input; `later`: it has to wait for the commit of what came before it. */
export type InputFate =
  | { readonly kind: 'applied' | 'duplicate' | 'later' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A timer whose handler threw every time: it is taken out of the key, so that the key can go on (P10). */
export type PoisonTimer = { readonly timer: Timer; readonly error: unknown };

export type TurnResult = {
  readonly snapshot: Snapshot;
  readonly effects: Effects;
  /** One for each input, in their order. */
  readonly fates: readonly InputFate[];
  readonly poison: readonly PoisonTimer[];
};

/** Handlers are synchronous and do no I/O: what threw so often in a row will throw again. */
const ATTEMPTS = 3;

const isTimer = (at: Failure['at']): at is Timer => 'everyMs' in at;

/** A snapshot without a timer; nothing fires on the way. */
const withoutTimer = (
  process: Process,
  snapshot: Snapshot,
  { timer, turn }: { timer: Timer; turn: Turn },
): Snapshot => {
  const { domain, at, name } = timer;
  const still = { over: Number.MIN_SAFE_INTEGER, watermark: snapshot.watermark };
  const inputs = [{ kind: 'delete-timer', domain, at, name } as const];
  return step(process, snapshot, { ...turn, ...still, inputs }).snapshot;
};

const has = (snapshot: Snapshot, { domain, at, name }: Timer): boolean =>
  snapshot[domain].some((timer) => timer.at === at && timer.name === name);

/** The inputs of a turn that still take part, and what became of the others. */
type Progress = { readonly places: readonly number[]; readonly failed: ReadonlyMap<number, unknown> };

/** The fates of all inputs when those that take part were applied, or the first `through` of them. */
const fatesOf = (process: Process, snapshot: Snapshot, at: Progress & { turn: Turn; through: number }): InputFate[] => {
  const fates: InputFate[] = at.turn.inputs.map((_, n) =>
    at.failed.has(n) ? { kind: 'failed', error: at.failed.get(n) } : { kind: 'later' },
  );
  const ids = makeRecentIds(snapshot.seen, process.limits.rememberedIds);
  for (const n of at.places.slice(0, at.through)) {
    const input = at.turn.inputs[n] as Input;
    const id = input.kind === 'element' ? input.id : null;
    fates[n] = { kind: id !== null && ids.has(id) ? 'duplicate' : 'applied' };
    if (id !== null) ids.add(id);
  }
  return fates;
};

/**
 * Steps a key through all inputs of its turn. An input whose handler throws every time is left out, and the turn is taken
 * anew without it; a timer likewise leaves the key. So a key never stands still, and nothing of a failed call stays. A
 * timer that was only set in this turn can leave the key when it stands in it: the turn ends before it.
 */
export const takeTurn = (process: Process, snapshot: Snapshot, turn: Turn): TurnResult => {
  const failed = new Map<number, unknown>();
  const poison: PoisonTimer[] = [];
  let from = snapshot;
  let places = turn.inputs.map((_, n) => n);
  for (let attempts = 1; ; attempts++) {
    const inputs = places.map((n) => turn.inputs[n] as Input);
    const { snapshot: next, effects } = step(process, from, { ...turn, inputs });
    const { failure, applied: through } = effects;
    const isNew = failure && isTimer(failure.at) && !has(from, failure.at);
    if (!failure || isNew) {
      return { snapshot: next, effects, fates: fatesOf(process, snapshot, { turn, places, failed, through }), poison };
    }
    if (attempts < ATTEMPTS) continue;
    attempts = 0;
    if (isTimer(failure.at)) {
      poison.push({ timer: failure.at, error: failure.error });
      from = withoutTimer(process, from, { timer: failure.at, turn });
    } else {
      const culprit = places[through] as number;
      failed.set(culprit, failure.error);
      places = places.filter((n) => n !== culprit);
    }
  }
};
