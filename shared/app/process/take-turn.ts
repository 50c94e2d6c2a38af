import type { ResultInput } from '../../core/process/call/call-input.ts';
import { callId } from '../../core/process/call/pending-call.ts';
import type { Process } from '../../core/process/definition.ts';
import { ProcessError } from '../../core/process/process-error.ts';
import { makeRecentIds } from '../../core/process/recent-ids.ts';
import type { Snapshot } from '../../core/process/snapshot.ts';
import { step } from '../../core/process/step.ts';
import type { Timer } from '../../core/process/timer.ts';
import { type Effects, type Failure, type Input, idOf, type Step, type Turn } from '../../core/process/turn.ts';

/** What became of one input; `later`: it has to wait for the commit of what came before it. */
export type InputFate =
  | { readonly kind: 'applied'; readonly late?: true }
  | { readonly kind: 'duplicate' | 'later' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** A timer whose handler threw every time: it is taken out of the key, so that the key can go on (P10). */
export type PoisonTimer = { readonly timer: Timer; readonly error: unknown };

type FailedCalls = Effects['failedCalls'];

export type TurnResult = {
  readonly snapshot: Snapshot;
  readonly effects: Effects;
  /** One for each input, in their order. */
  readonly fates: readonly InputFate[];
  readonly poison: readonly PoisonTimer[];
  /** What handlers threw every time. */
  readonly thrown: readonly unknown[];
  /** Calls whose failure nobody takes, and those whose handler threw every time. */
  readonly failedCalls: FailedCalls;
};

/** Handlers are synchronous and do no I/O: what threw so often in a row will throw again. */
const ATTEMPTS = 3;

/** What is kept in the snapshot, and comes again by itself. */
type Kept = Timer | ResultInput;

const isTimer = (at: Failure['at']): at is Timer => !('kind' in at);

const keptOf = ({ at }: Failure): Kept | undefined => {
  if (isTimer(at)) return at;
  return at.kind === 'result' ? at : undefined;
};

const has = (process: Process, snapshot: Snapshot, of: { readonly kept: Kept; readonly key: string }): boolean => {
  const { kept, key } = of;
  if (!isTimer(kept)) return snapshot.calls.some((call) => callId(process.name, key, call) === kept.id);
  return snapshot[kept.domain].some(({ at, name }) => at === kept.at && name === kept.name);
};

/** A snapshot without a timer or a call; nothing fires on the way. */
const without = (
  process: Process,
  snapshot: Snapshot,
  { kept, turn, reason }: { readonly kept: Kept; readonly turn: Turn; readonly reason: string },
): Step => {
  const still = { over: Number.MIN_SAFE_INTEGER, watermark: snapshot.watermark };
  const input: Input = isTimer(kept)
    ? { kind: 'delete-timer', domain: kept.domain, at: kept.at, name: kept.name }
    : { kind: 'drop-call', id: kept.id, reason };
  return step(process, snapshot, { ...turn, ...still, inputs: [input] });
};

/** The inputs of a turn that still take part, and what became of the others. */
type Progress = { readonly places: readonly number[]; readonly failed: ReadonlyMap<number, unknown> };

const LATER: InputFate = { kind: 'later' };
const APPLIED: InputFate = { kind: 'applied' };
const LATE: InputFate = { kind: 'applied', late: true };
const DUPLICATE: InputFate = { kind: 'duplicate' };

/** The fates of all inputs when those that take part were applied, or the first of them. */
const fatesOf = (
  process: Process,
  snapshot: Snapshot,
  at: Progress & { readonly turn: Turn; readonly effects: Effects },
): InputFate[] => {
  const fates = at.turn.inputs.map(
    (_, n): InputFate => (at.failed.has(n) ? { kind: 'failed', error: at.failed.get(n) } : LATER),
  );
  const { applied, duplicates, late } = at.effects;
  const through = at.places.slice(0, applied);
  for (const n of through) fates[n] = APPLIED;
  for (const n of late) fates[at.places[n] as number] = LATE;
  if (duplicates === 0) return fates;
  const ids = makeRecentIds(snapshot.seen, process.limits.rememberedIds);
  for (const n of through) {
    const id = idOf(at.turn.inputs[n] as Input);
    if (id === null) continue;
    if (ids.has(id)) fates[n] = DUPLICATE;
    ids.add(id);
  }
  return fates;
};

/** What a handler threw is not told: it may hold what the request held (P23). */
const reasonOf = (error: unknown): string => (error instanceof ProcessError ? error.message : 'Its handler threw.');

/**
 * Steps a key through all inputs of its turn. An input whose handler throws every time is left out, and the turn is taken
 * anew without it; a timer or a call likewise leaves the key. So a key never stands still, and nothing of a failed call
 * stays. What was only set in this turn can leave the key when it stands in it: the turn ends before it.
 */
export const takeTurn = (process: Process, snapshot: Snapshot, turn: Turn): TurnResult => {
  const failed = new Map<number, unknown>();
  const poison: PoisonTimer[] = [];
  const thrown: unknown[] = [];
  const dropped: FailedCalls[number][] = [];
  let from = snapshot;
  let places = turn.inputs.map((_, n) => n);
  for (let attempts = 1; ; attempts++) {
    const inputs = places.map((n) => turn.inputs[n] as Input);
    const { snapshot: next, effects } = step(process, from, { ...turn, inputs });
    const { failure, applied } = effects;
    const kept = failure ? keptOf(failure) : undefined;
    if (!failure || (kept && !has(process, from, { kept, key: turn.key }))) {
      const fates = fatesOf(process, snapshot, { turn, places, failed, effects });
      return { snapshot: next, effects, fates, poison, thrown, failedCalls: [...dropped, ...effects.failedCalls] };
    }
    if (attempts < ATTEMPTS) continue;
    attempts = 0;
    thrown.push(failure.error);
    if (kept) {
      const taken = without(process, from, { kept, turn, reason: reasonOf(failure.error) });
      if (isTimer(kept)) poison.push({ timer: kept, error: failure.error });
      dropped.push(...taken.effects.failedCalls);
      from = taken.snapshot;
    } else {
      const culprit = places[applied] as number;
      failed.set(culprit, failure.error);
      places = places.filter((n) => n !== culprit);
    }
  }
};
