import { callId, type PendingCall } from './call/pending-call.ts';
import { END_OF_TIME, plusSaturating } from './event-time.ts';
import { type KeyRun, openKey } from './key-run.ts';
import type { Process } from './process.ts';
import { ProcessError } from './process-error.ts';
import { makeRecentIdsFor } from './recent-ids.ts';
import type { Snapshot } from './snapshot.ts';
import type { Timer } from './timer.ts';
import { addTimer } from './timer-port.ts';
import { findNamed, firstTimer, queueSize, removeTimer, takeFirst } from './timer-queue.ts';
import { type ElementInput, type Failure, type Input, idOf, type TimerInput, type Turn } from './turn.ts';

/**
 * So many firings of timers that were set meanwhile, and none that brings the key further in time, are taken for a loop.
 * Fewer than a turn of the shell makes, or a loop would go on from turn to turn.
 */
const STALLED_FIRINGS = 500;

/** A run through the calls of a turn, until their number, or one that throws, ends it. */
export type Attempt = {
  readonly run: KeyRun;
  readonly calls: number;
  readonly applied: number;
  readonly duplicates: number;
  readonly fired: number;
  readonly watermark: number;
  readonly passFirings: number;
  readonly seen: readonly string[];
  /** Places of inputs that put out to `late`. */
  readonly late: readonly number[];
  readonly refused: number;
  readonly more: boolean;
  readonly failure: Failure | null;
  /** What the last call was for. */
  readonly at: Failure['at'] | null;
};

/** The running figures of an attempt; `limit` is the number of calls after which it stops. */
type Progress = {
  readonly process: Process;
  readonly turn: Turn;
  readonly run: KeyRun;
  readonly limit: number;
  calls: number;
  fired: number;
  passFirings: number;
  passing: boolean;
  refused: number;
  at: Failure['at'] | null;
};

export const attempt = (
  process: Process,
  snapshot: Snapshot,
  { turn, calls }: { readonly turn: Turn; readonly calls: number },
): Attempt => {
  const run = openKey(process, snapshot, turn);
  const ids = makeRecentIdsFor(idsOf(turn.inputs), snapshot.seen, process.limits.rememberedIds);
  const { passFirings } = snapshot;
  const passing = turn.watermark > snapshot.watermark;
  const progress: Progress = {
    ...{ process, turn, run, limit: calls, calls: 0, fired: 0, passFirings, passing, refused: 0, at: null },
  };
  const late: number[] = [];
  let applied = 0;
  let duplicates = 0;
  let failure: Failure | null = null;
  let complete = true;
  try {
    complete = comeFirst(progress, turn.inputs[0], fireDue);
    for (const input of turn.inputs) {
      if (!complete) break;
      const id = idOf(input);
      const before = run.outputs.length;
      if (id !== null && ids.has(id)) duplicates++;
      else if (progress.calls >= progress.limit) break;
      else if (!apply(progress, input)) duplicates++;
      if (id !== null) ids.add(id);
      if (putsOutLate(run, before)) late.push(applied);
      applied++;
      complete = comeFirst(progress, turn.inputs[applied], handOverReady);
    }
  } catch (error) {
    if (!progress.at) throw error;
    failure = { at: progress.at, error };
  }
  const watermark = progress.passing ? snapshot.watermark : Math.max(snapshot.watermark, turn.watermark);
  const more = nextDue(progress, Number.POSITIVE_INFINITY) !== undefined || run.calls.ready() !== undefined;
  return { ...progress, applied, duplicates, watermark, seen: ids.list(), late, more, failure };
};

function idsOf(inputs: readonly Input[]): string[] {
  const ids: string[] = [];
  for (const input of inputs) {
    const id = idOf(input);
    if (id !== null) ids.push(id);
  }
  return ids;
}

/** Is there one for `late` among the outputs from `from` on? */
function putsOutLate({ outputs }: KeyRun, from: number): boolean {
  for (let n = from; n < outputs.length; n++) if (outputs[n]?.output === 'late') return true;
  return false;
}

/** What comes before the next input, or at the end; nothing comes before an outcome is dropped, which may be what throws. */
function comeFirst(progress: Progress, next: Input | undefined, atEnd: (progress: Progress) => boolean): boolean {
  if (next?.kind === 'drop-call') return true;
  return next ? fireDue(progress) : atEnd(progress);
}

/** Hands over the outcomes that are ready (S5); false when the attempt may make no more calls. */
function handOverReady(progress: Progress): boolean {
  const { process, turn, run } = progress;
  for (let pending = run.calls.ready(); pending; pending = run.calls.ready()) {
    if (progress.calls >= progress.limit) return false;
    progress.at = resultOf(process, turn.key, pending);
    run.outcome(pending);
    progress.calls++;
  }
  return true;
}

const resultOf = ({ name }: Process, key: string, pending: PendingCall): Input => {
  const { call, attempts, outcome } = pending;
  return { kind: 'result', call, id: callId(name, key, pending), outcome: outcome ?? { failed: '' }, attempts };
};

/** Hands over outcomes and fires what is due (S1, S2, S5); false when the attempt may make no more calls. */
function fireDue(progress: Progress): boolean {
  if (!handOverReady(progress)) return false;
  const through = progress.turn.fireThrough ?? Number.POSITIVE_INFINITY;
  const { event, processing } = progress.run.timers;
  const most = queueSize(event) + queueSize(processing) + STALLED_FIRINGS;
  let furthest = Number.NEGATIVE_INFINITY;
  let stalled = 0;
  for (let timer = nextDue(progress, through); timer; timer = nextDue(progress, through)) {
    if (progress.calls >= progress.limit) return false;
    if (timer.at > furthest) {
      furthest = timer.at;
      stalled = 0;
    } else if (++stalled > most) {
      progress.at = timer;
      throw loop(progress.process, timer);
    }
    fire(progress, timer);
  }
  endPass(progress);
  return true;
}

function fire(progress: Progress, timer: Timer): void {
  progress.at = timer;
  if (timer.domain === 'event') progress.passFirings++;
  takeFirst(progress.run.timers[timer.domain]);
  progress.run.fire(timer);
  progress.calls++;
  progress.fired++;
}

/** A pass ends when nothing is due any more, or when the chains of a key outlive the end of its input. */
function endPass(progress: Progress): void {
  if (!progress.passing) return;
  const head = firstTimer(progress.run.timers.event);
  if (head && head.at <= progress.turn.watermark) {
    if (!isCapped(progress)) return;
    progress.refused = progress.run.timers.event.items.length - progress.run.timers.event.head;
  }
  progress.passing = false;
  progress.passFirings = 0;
}

const isCapped = ({ turn, passFirings, process }: Progress): boolean =>
  turn.watermark === END_OF_TIME && passFirings >= process.limits.finalFirings;

function nextDue(progress: Progress, through: number): Timer | undefined {
  const { turn, run } = progress;
  const event = progress.passing && !isCapped(progress) ? firstTimer(run.timers.event) : undefined;
  const processing = firstTimer(run.timers.processing);
  const over = turn.over ?? turn.now - 1;
  const dueEvent = event && event.at <= turn.watermark && event.at <= through ? event : undefined;
  if (!processing || processing.at > over || processing.at > through) return dueEvent;
  return dueEvent && dueEvent.at <= processing.at ? dueEvent : processing;
}

/** False when the input tells nothing new. */
function apply(progress: Progress, input: Input): boolean {
  const { timers, calls } = progress.run;
  progress.at = input;
  if (input.kind === 'result' || input.kind === 'retry-call' || input.kind === 'drop-call') {
    if (!calls.take(input)) return false;
  } else if (input.kind === 'element') takeElement(progress, input);
  else if (input.kind === 'fire-timer') fireAgain(progress, input.timer);
  else if (input.kind === 'ask-call') askAgain(progress, input);
  else if (input.kind === 'delete-timer') removeTimer(timers[input.domain], input);
  else setTimer(progress, input);
  progress.calls++;
  return true;
}

function setTimer({ run: { timers } }: Progress, { domain, at, name, from, everyMs = null }: TimerInput): void {
  if (from !== undefined) removeTimer(timers[domain], { at: from, name });
  addTimer(timers, { domain, at, name, everyMs });
}

/** Its periods go on, unless the key has set a timer of its name since. */
function fireAgain({ run }: Progress, timer: Timer): void {
  const isSetAgain = timer.name !== null && findNamed(run.timers[timer.domain], timer.name) !== undefined;
  run.fire(isSetAgain ? { ...timer, everyMs: null } : timer);
}

function askAgain(progress: Progress, { call, request, timestamp }: Input & { readonly kind: 'ask-call' }): void {
  const { process, turn, run } = progress;
  if (!Object.hasOwn(process.calls, call)) {
    throw new ProcessError('UNDECLARED_CALL', `Process "${process.name}" declares no call "${call}" any more.`);
  }
  const { now: calledAt, watermark } = turn;
  run.calls.add({ call, request, calledAt, timestamp, emitAt: timestamp, watermark });
}

/** An element of the future, or too late by the process's own rule, goes past the handler to the side output of its case. */
function takeElement({ process, turn, run }: Progress, input: ElementInput): void {
  const { timestamp } = input;
  const { allowedLatenessMs } = process;
  const isLate =
    allowedLatenessMs !== null && timestamp !== null && plusSaturating(timestamp, allowedLatenessMs) <= turn.watermark;
  if (input.divertTo) run.divert(input, input.divertTo);
  else if (isLate) run.divert(input, 'late');
  else run.element(input);
}

const loop = (process: Process, timer: Timer): ProcessError =>
  new ProcessError(
    'TIMER_LOOP',
    `The timers of process "${process.name}" fire again and again without getting past ${timer.at}: onTimer sets a timer that is due already, for ever.`,
  );
