import type { CallInput } from './call/call-input.ts';
import type { FailedCall, PendingCall } from './call/pending-call.ts';
import type { Data } from './data.ts';
import type { IdentifiedOutput } from './output.ts';
import type { Snapshot } from './snapshot.ts';
import type { StoredState } from './state/cell.ts';
import type { Timer, TimerDomain } from './timer.ts';

/** An element for a key; `input` is `main` unless the process has several. */
export type ElementInput = {
  readonly kind: 'element';
  readonly input: string;
  /** `null`: it is not recognised when it comes again. */
  readonly id: string | null;
  readonly timestamp: number | null;
  readonly value: unknown;
  /** Puts it out there instead of calling its handler; `future` is what `classifyElement` found. */
  readonly divertTo?: 'future' | 'tooLarge';
};

/** An operator's hand on the timers of a key. */
export type TimerInput = {
  readonly kind: 'delete-timer' | 'set-timer';
  readonly domain: TimerDomain;
  readonly at: number;
  readonly name: string | null;
  /** Of one that is set: where it stood, if it does, and its period. */
  readonly from?: number;
  readonly everyMs?: number | null;
};

/** What was given up before, once more: a timer fires whatever it is set for, a call is asked for anew. */
export type RedriveInput =
  | { readonly kind: 'fire-timer'; readonly id: string; readonly timer: Timer }
  | {
      readonly kind: 'ask-call';
      readonly id: string;
      readonly call: string;
      readonly request: Data;
      readonly timestamp: number | null;
    };

export type Input = ElementInput | TimerInput | CallInput | RedriveInput;

/** The id by which an input is recognised when it comes again; `null` where it is not. */
export const idOf = (input: Input): string | null => {
  const { kind } = input;
  return kind === 'element' || kind === 'fire-timer' || kind === 'ask-call' ? input.id : null;
};

export type BroadcastState = { readonly [name: string]: StoredState };

/** What one step is given: inputs of one key in their order, and the time. */
export type Turn = {
  readonly key: string;
  readonly inputs: readonly Input[];
  /** Processing time; a processing timer fires after its millisecond, at `now − 1` or before. */
  readonly now: number;
  /** Tests only: the last millisecond that is over, where that is not `now − 1`. */
  readonly over?: number;
  readonly watermark: number;
  /** Timers after this instant stay for another turn. */
  readonly fireThrough?: number;
  readonly broadcast?: BroadcastState;
  /** After so many calls of handlers the turn ends; what is left is another's. */
  readonly maxCalls?: number;
};

/**
 * Why a turn ended early: the call that threw. All before it stands, nothing of it or after it does. An element or a
 * command is `inputs[applied]`; a timer and the outcome of a call (`result`) are kept in the snapshot, and come again.
 */
export type Failure = {
  readonly at: Input | Timer;
  readonly error: unknown;
};

export type Effects = {
  /** What is to be delivered: of this turn or, when it changed nothing, what the last one left. */
  readonly outputs: readonly IdentifiedOutput[];
  /** How many of the inputs are dealt with, duplicates included. */
  readonly applied: number;
  readonly duplicates: number;
  readonly fired: number;
  readonly failure: Failure | null;
  /** Are timers due that this turn left for another? */
  readonly more: boolean;
  /** Event timers that will not fire: the chains after the end of input exceeded `finalFirings`. */
  readonly refused: number;
  /** What waits for a result: to be started after the commit, unless it runs already. */
  readonly calls: readonly (PendingCall & { readonly id: string })[];
  /** Which of the inputs were late: they, or what came of them, went to the side output `late`. */
  readonly late: readonly number[];
  /** Elements of this turn that went past their handler, or that a window was too late for. */
  readonly diverted: { readonly late: number; readonly future: number; readonly tooLarge: number };
  /** For the dead letters: calls that failed and that no handler took. They come again with the outputs. */
  readonly failedCalls: readonly (FailedCall & { readonly id: string })[];
};

export type Step = { readonly snapshot: Snapshot; readonly effects: Effects };
