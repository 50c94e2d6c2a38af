import { type Attempt, attempt } from './attempt.ts';
import { effectsOf, snapshotOf } from './close-turn.ts';
import { ITEM_BYTES } from './limits.ts';
import type { Process } from './process.ts';
import { ProcessError } from './process-error.ts';
import type { Snapshot } from './snapshot.ts';
import { encodeSnapshot, sizeOfState } from './snapshot-codec.ts';
import type { Failure, Input, Step, Turn } from './turn.ts';

/** May `next` follow `before`? What is too large already may stay as large. */
export const fits = (process: Process, before: Snapshot, next: Snapshot): boolean => {
  const bytes = encodeSnapshot(next).length;
  if (bytes <= Math.min(process.limits.stateBytes, ITEM_BYTES)) return true;
  return stateFits(process, before, next) && (bytes <= ITEM_BYTES || bytes <= encodeSnapshot(before).length);
};

const stateFits = ({ limits }: Process, before: Snapshot, next: Snapshot): boolean => {
  const bytes = sizeOfState(next);
  return bytes <= limits.stateBytes || bytes <= sizeOfState(before);
};

/** A turn as far as it was taken, one call after the other. */
type Taken = {
  /** Of the version that the turn began with, until it is closed. */
  readonly snapshot: Snapshot;
  readonly applied: number;
  readonly duplicates: number;
  readonly fired: number;
  readonly refused: number;
  readonly late: readonly number[];
};

/**
 * Takes a turn that grew too large again, call by call, and leaves out what makes it too large (S6): an element that has
 * a side output `tooLarge` to go to, or else that call and all after it. Slow, and seldom.
 */
export const fitTurn = (
  process: Process,
  before: Snapshot,
  { turn, calls, failure }: { readonly turn: Turn; readonly calls: number; readonly failure: Failure | null },
): Step => {
  let taken: Taken = {
    ...{ applied: 0, duplicates: 0, fired: 0, refused: 0, late: [] },
    snapshot: { ...before, outputs: [], failedCalls: [] },
  };
  let end = failure;
  let done = 0;
  for (; done < calls; done++) {
    const next = takeCall(process, taken, turn);
    if ('error' in next) {
      // What does not fit after others may fit alone, in the next turn; a loop would not end there either.
      end = next.isItem && done > 0 ? loopOf(failure) : next;
      break;
    }
    taken = next;
  }
  const next = done > 0 ? { ...taken.snapshot, version: before.version + 1 } : before;
  const { more } = attempt(process, taken.snapshot, { turn: { ...turn, inputs: [] }, calls: 0 });
  return { snapshot: next, effects: effectsOf(process, turn, { ...taken, failure: end, more, before, next }) };
};

function takeCall(process: Process, taken: Taken, turn: Turn): Taken | (Failure & { readonly isItem: boolean }) {
  const inputs = turn.inputs.slice(taken.applied);
  const one = attempt(process, taken.snapshot, { turn: { ...turn, inputs }, calls: 1 });
  if (one.failure) return { ...one.failure, isItem: false };
  const after = add(process, taken, one);
  if (!stateFits(process, taken.snapshot, after.snapshot)) {
    const at = one.at as Failure['at'];
    if (!('kind' in at) || at.kind !== 'element' || !Object.hasOwn(process.sideOutputs, 'tooLarge')) {
      return { at, error: stateTooLarge(process), isItem: false };
    }
    const diverted: Input[] = inputs.with(inputs.indexOf(at), { ...at, divertTo: 'tooLarge' });
    return checkItem(
      process,
      taken,
      attempt(process, taken.snapshot, { turn: { ...turn, inputs: diverted }, calls: 1 }),
    );
  }
  return checkItem(process, taken, one);
}

function checkItem(process: Process, taken: Taken, one: Attempt): Taken | (Failure & { readonly isItem: boolean }) {
  const after = add(process, taken, one);
  const bytes = encodeSnapshot(after.snapshot).length;
  if (bytes <= ITEM_BYTES || bytes <= encodeSnapshot(taken.snapshot).length) return after;
  return { at: one.at as Failure['at'], error: itemTooLarge(process), isItem: true };
}

const loopOf = (failure: Failure | null): Failure | null =>
  failure?.error instanceof ProcessError && failure.error.code === 'TIMER_LOOP' ? failure : null;

const add = (process: Process, taken: Taken, one: Attempt): Taken => {
  const next = snapshotOf(process, taken.snapshot, one);
  return {
    applied: taken.applied + one.applied,
    duplicates: taken.duplicates + one.duplicates,
    fired: taken.fired + one.fired,
    refused: one.refused,
    late: [...taken.late, ...one.late.map((n) => taken.applied + n)],
    snapshot: {
      ...next,
      version: taken.snapshot.version,
      outputs: [...taken.snapshot.outputs, ...next.outputs],
      failedCalls: [...taken.snapshot.failedCalls, ...next.failedCalls],
    },
  };
};

const stateTooLarge = ({ name, limits }: Process): ProcessError =>
  new ProcessError(
    'STATE_TOO_LARGE',
    `The state of a key of process "${name}" would be larger than ${limits.stateBytes} bytes: keep less, give it a TTL, declare a side output "tooLarge", or raise stateBytes.`,
  );

const itemTooLarge = ({ name }: Process): ProcessError =>
  new ProcessError(
    'STATE_TOO_LARGE',
    `What process "${name}" would keep of a key and put out in one call is larger than ${ITEM_BYTES} bytes: put out less at a time.`,
  );
