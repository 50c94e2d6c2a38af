import type { Process } from '../../core/process/definition.ts';
import type { Input } from '../../core/process/turn.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { InputFate } from './take-turn.ts';
import type { HintVerdict, TimerHint } from './timer-hint.ts';

/** A hint that came due, and when it was stored. */
export type Reminder = { readonly hint: TimerHint; readonly writtenAt: EpochMs };

/** What one turn of a key is to do. */
export type KeyTask = {
  readonly process: Process;
  readonly key: string;
  readonly inputs: readonly Input[];
  readonly reminders: readonly Reminder[];
  /** A watermark that the caller knows to be published. */
  readonly watermark: number;
  /** After so many calls of handlers the turn ends. */
  readonly maxCalls: number;
};

/** How a turn ended. */
export type TaskResult =
  | {
      readonly kind: 'done';
      readonly fates: readonly InputFate[];
      readonly verdicts: readonly HintVerdict[];
      /** Timers are due that this turn left for another. */
      readonly more: boolean;
    }
  /** Another worker committed first: read again. */
  | { readonly kind: 'conflict' }
  /** The outputs of the last commit are being stored by somebody who may take until then. */
  | { readonly kind: 'early'; readonly until: EpochMs }
  /** What the turn made does not fit one item: take less. */
  | { readonly kind: 'too-large' }
  | { readonly kind: 'failed'; readonly error: unknown };
