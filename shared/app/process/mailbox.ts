import type { Process } from '../../core/process/definition.ts';
import { NO_WATERMARK } from '../../core/process/event-time.ts';
import type { Input } from '../../core/process/turn.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { KeyTask, Reminder, TaskResult } from './key-task.ts';
import type { InputFate } from './take-turn.ts';
import type { HintVerdict } from './timer-hint.ts';

/** What comes to a key: inputs, or a hint that came due. `watermark` is one that the caller knows to be published. */
export type KeyCall = {
  readonly process: Process;
  readonly key: string;
  readonly inputs: readonly Input[];
  readonly reminders?: readonly Reminder[];
  readonly watermark: number;
};

export type KeyAnswer = { readonly fates: readonly InputFate[]; readonly verdicts: readonly HintVerdict[] };

/** A turn makes at most so many calls of handlers; fewer, where what they made did not fit an item. */
export const MAX_CALLS = 2_000;

/** A call in a mailbox. */
export type Waiting = {
  readonly call: KeyCall;
  readonly fates: InputFate[];
  /** Inputs below it are dealt with. */
  next: number;
  reminded: readonly HintVerdict[] | undefined;
  readonly giveUpAt: EpochMs;
  readonly done: PromiseWithResolvers<KeyAnswer>;
};

/** What waits for a key. */
export type Mailbox = {
  readonly process: Process;
  readonly key: string;
  waiting: Waiting[];
  busy: boolean;
  attempts: number;
  maxCalls: number;
};

type Share = { readonly from: Waiting; readonly first: number; readonly n: number };
/** The share of a mailbox that a turn takes. */
export type Taken = { readonly mailbox: Mailbox; readonly shares: readonly Share[]; readonly task: KeyTask };

/** As much of a mailbox as one turn takes, in its order (W2). */
export const takeFrom = (mailbox: Mailbox): Taken => {
  const shares: Share[] = [];
  const inputs: Input[] = [];
  const room = mailbox.maxCalls;
  for (const from of mailbox.waiting) {
    if (inputs.length >= room) break;
    const taken = from.call.inputs.slice(from.next, from.next + room - inputs.length);
    shares.push({ from, first: inputs.length, n: taken.length });
    for (const input of taken) inputs.push(input);
  }
  const { process, key, maxCalls } = mailbox;
  const reminders = shares.flatMap(({ from }) => (from.reminded ? [] : (from.call.reminders ?? [])));
  const watermark = shares.reduce((most, { from }) => Math.max(most, from.call.watermark), NO_WATERMARK);
  return { mailbox, shares, task: { process, key, inputs, reminders, watermark, maxCalls } };
};

/** Books what a committed turn did for each of its calls; what it left stays in the mailbox. */
export const settle = ({ mailbox, shares }: Taken, { fates, verdicts }: TaskResult & { kind: 'done' }): void => {
  let verdict = 0;
  for (const { from, first, n } of shares) {
    if (!from.reminded) {
      const own = from.call.reminders?.length ?? 0;
      from.reminded = verdicts.slice(verdict, verdict + own);
      verdict += own;
    }
    for (const fate of fates.slice(first, first + n)) {
      if (fate.kind === 'later') break;
      from.fates.push(fate);
      from.next += 1;
    }
  }
  mailbox.waiting = mailbox.waiting.filter(({ call, next, reminded, fates: own, done }) => {
    if (next < call.inputs.length || !reminded) return true;
    done.resolve({ fates: own, verdicts: reminded });
    return false;
  });
};

/** Gives calls back with an error. */
export const fail = (mailbox: Mailbox, waiting: readonly Waiting[], error: unknown): void => {
  const failed = new Set(waiting);
  mailbox.waiting = mailbox.waiting.filter((one) => !failed.has(one));
  for (const { done } of waiting) done.reject(error);
};

/** A call that goes on by itself: timers are due that a turn had no room for. */
export const goOn = (mailbox: Mailbox, watermark: number, giveUpAt: EpochMs): Waiting => {
  const { process, key } = mailbox;
  const done = Promise.withResolvers<KeyAnswer>();
  // What it cannot do, a hint reminds of.
  done.promise.catch(() => undefined);
  return { call: { process, key, inputs: [], watermark }, fates: [], next: 0, reminded: undefined, giveUpAt, done };
};

/** The name of a mailbox; unique, as names of processes hold no `#`. */
export const nameOf = ({ process, key }: Pick<KeyCall, 'process' | 'key'>): string => `${process.name}#${key}`;

export const openMailbox = ({ process, key }: KeyCall): Mailbox => ({
  process,
  key,
  waiting: [],
  busy: false,
  attempts: 0,
  maxCalls: MAX_CALLS,
});
