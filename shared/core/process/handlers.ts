import type { CallQueue } from './call/call-queue.ts';
import type { PendingCall } from './call/pending-call.ts';
import type { Context } from './context.ts';
import { copyData } from './data.ts';
import type { Stamps } from './emitter.ts';
import { END_OF_TIME } from './event-time.ts';
import type { Process } from './process.ts';
import { ProcessError } from './process-error.ts';
import type { Snapshot } from './snapshot.ts';
import type { Scope } from './state/scope.ts';
import type { Timer } from './timer.ts';
import { type KeyTimers, nextPeriod } from './timer-port.ts';
import { insertTimer } from './timer-queue.ts';
import type { ElementInput, Turn } from './turn.ts';

/** What the running handler was called for. */
export type Call = { timestamp: number | null; timer: Timer | null; watermark: number };

/** What a handler works on, apart from its states. */
export type Bench = {
  readonly ctx: Context;
  readonly scope: Scope;
  readonly stamps: Stamps;
  readonly call: Call;
  readonly timers: KeyTimers;
  readonly calls: CallQueue;
};

/** The handlers of a key, each called with the context set for what it is called for. */
export type Handlers = {
  element(input: ElementInput): void;
  /** Calls `onTimer`; sets the next one of a period. */
  fire(timer: Timer): void;
  /** Takes the call, whose outcome is ready, off the queue and hands it to its handler. */
  outcome(pending: PendingCall): void;
};

export const makeHandlers = (
  process: Process,
  { snapshot, turn }: { readonly snapshot: Snapshot; readonly turn: Turn },
  bench: Bench,
): Handlers => {
  const { calls, call, ctx, scope, stamps, timers } = bench;

  const run = (handler: () => unknown): void => {
    stamps.emitted = 0;
    scope.running = true;
    try {
      refusePromise(process.name, handler());
    } finally {
      scope.running = false;
    }
  };

  const element = (input: ElementInput): void => {
    const spec = process.inputs[input.input];
    if (!spec) throw new ProcessError('INVALID_ELEMENT', `Process "${process.name}" has no input "${input.input}".`);
    call.timestamp = stamps.main = stamps.side = input.timestamp;
    call.timer = null;
    call.watermark = turn.watermark;
    run(() => spec.onElement(input.value, ctx));
  };

  const fire = (timer: Timer): void => {
    if (timer.everyMs !== null) setNext(timers, { ...timer, everyMs: timer.everyMs }, turn);
    call.timestamp = stamps.side = timer.at;
    stamps.main = timer.domain === 'event' ? timer.at : null;
    call.timer = timer;
    // The watermark that makes timers fire comes after what they do.
    call.watermark = snapshot.watermark;
    run(() => process.onTimer(timer.at, ctx));
  };

  const outcome = (pending: PendingCall): void => {
    calls.remove(pending);
    call.timestamp = stamps.side = pending.timestamp;
    stamps.main = pending.emitAt;
    call.timer = null;
    call.watermark = pending.watermark;
    const handler = outcomeHandler(process, pending, ctx);
    if (handler) run(handler);
    else if (pending.outcome && 'failed' in pending.outcome) calls.giveUp(pending, pending.outcome.failed);
  };

  return { element, fire, outcome };
};

/** A result without a handler is wanted by nobody; a failure without one goes to the dead letters. */
function outcomeHandler(process: Process, pending: PendingCall, ctx: Context): (() => unknown) | null {
  const { call, outcome, attempts } = pending;
  const handlerOf = <H>(handlers: { readonly [name: string]: H }): H | undefined =>
    Object.hasOwn(process.calls, call) && Object.hasOwn(handlers, call) ? handlers[call] : undefined;
  const request = copyData(pending.request, 'A request');
  if (outcome && 'ok' in outcome) {
    const onResult = handlerOf(process.onResult);
    return onResult ? () => onResult(copyData(outcome.ok, 'A result'), ctx, request) : null;
  }
  const onFailure = handlerOf(process.onFailure);
  return outcome && onFailure ? () => onFailure({ reason: outcome.failed, attempts }, ctx, request) : null;
}

/** Sets the next period before the handler runs, so that it can delete it. After the end of input there is none. */
function setNext(timers: KeyTimers, timer: Timer & { everyMs: number }, turn: Turn): void {
  const reached = timer.domain === 'event' ? turn.watermark : (turn.over ?? turn.now - 1);
  if (reached === END_OF_TIME) return;
  insertTimer(timers[timer.domain], { ...timer, at: nextPeriod(timer, reached) });
}

/** Refuses a handler that is asynchronous, whose work would go on after the commit. */
export const refusePromise = (process: string, result: unknown): void => {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  // It fails when it uses its context later, and nobody would hear of it but the runtime, which would end for it.
  (result as PromiseLike<unknown>).then(undefined, () => undefined);
  throw new ProcessError(
    'ASYNC_HANDLER',
    `A handler of process "${process}" returned a promise: handlers are synchronous and await nothing; ctx.call makes asynchronous calls.`,
  );
};
