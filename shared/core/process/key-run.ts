import type { Context } from './context.ts';
import type { Process } from './definition.ts';
import { makeEmitter, type Stamps } from './emitter.ts';
import { END_OF_TIME } from './event-time.ts';
import type { Output } from './output.ts';
import { ProcessError } from './process-error.ts';
import { readOnlyStates } from './read-only-states.ts';
import type { Snapshot } from './snapshot.ts';
import type { Cell, StoredState } from './state/cell.ts';
import type { Scope } from './state/scope.ts';
import type { Timer } from './timer.ts';
import { type KeyTimers, nextPeriod, timerPort } from './timer-port.ts';
import { insertTimer, openQueue, pendingTimers, takeFirst } from './timer-queue.ts';
import type { ElementInput, Turn } from './turn.ts';

/** A key while a turn runs: its snapshot opened, changed in place, and closed into the next one. */
export type KeyRun = {
  readonly timers: KeyTimers;
  readonly outputs: readonly Output[];
  element(input: ElementInput): void;
  /** Takes the timer, which is the first of its queue, and calls `onTimer`. */
  fire(timer: Timer): void;
  states(): Snapshot['state'];
  pending(): Pick<Snapshot, 'event' | 'processing'>;
};

type Call = { timestamp: number | null; timer: Timer | null };

export const openKey = (process: Process, snapshot: Snapshot, turn: Turn): KeyRun => {
  const scope: Scope = { now: turn.now, running: false };
  const stamps: Stamps = { main: null, side: null, emitted: 0 };
  const call: Call = { timestamp: null, timer: null };
  const outputs: Output[] = [];
  const cells = openCells(process, snapshot, scope);
  const timers: KeyTimers = {
    event: openQueue(snapshot.event),
    processing: openQueue(snapshot.processing),
    limit: process.limits.timersPerKey,
  };
  const ctx = makeContext(process, turn, { scope, stamps, call, outputs, cells, timers });

  const run = (handler: () => unknown): void => {
    stamps.emitted = 0;
    scope.running = true;
    try {
      refusePromise(process, handler());
    } finally {
      scope.running = false;
    }
  };

  const element = (input: ElementInput): void => {
    const spec = process.inputs[input.input];
    if (!spec) throw new ProcessError('INVALID_ELEMENT', `Process "${process.name}" has no input "${input.input}".`);
    call.timestamp = stamps.main = stamps.side = input.timestamp;
    call.timer = null;
    run(() => spec.onElement(input.value, ctx));
  };

  const fire = (timer: Timer): void => {
    takeFirst(timers[timer.domain]);
    if (timer.everyMs !== null) setNext(timers, { ...timer, everyMs: timer.everyMs }, turn);
    call.timestamp = stamps.side = timer.at;
    stamps.main = timer.domain === 'event' ? timer.at : null;
    call.timer = timer;
    run(() => process.onTimer(timer.at, ctx));
  };

  return {
    timers,
    outputs,
    element,
    fire,
    states: () => storeCells(cells, snapshot),
    pending: () => ({ event: pendingTimers(timers.event), processing: pendingTimers(timers.processing) }),
  };
};

type Cells = readonly (readonly [name: string, cell: Cell<unknown>])[];

type Parts = {
  readonly scope: Scope;
  readonly stamps: Stamps;
  readonly call: Call;
  readonly outputs: Output[];
  readonly cells: Cells;
  readonly timers: KeyTimers;
};

const openCells = (process: Process, snapshot: Snapshot, scope: Scope): Cells =>
  Object.entries(process.state).map(([name, spec]) => [name, spec.open(snapshot.state[name], name, scope)]);

/** The states for the next snapshot; what the process does not declare (another release may) stays. */
function storeCells(cells: Cells, snapshot: Snapshot): Snapshot['state'] {
  const state: Record<string, StoredState> = { ...snapshot.state };
  for (const [name, cell] of cells) {
    const stored = cell.store();
    if (stored === undefined) delete state[name];
    else state[name] = stored;
  }
  return state;
}

function makeContext(process: Process, turn: Turn, parts: Parts): Context {
  const { call, scope, timers } = parts;
  const broadcast = process.broadcast ? readOnlyStates(process.broadcast.state, turn.broadcast ?? {}, scope) : {};
  return {
    key: turn.key,
    now: turn.now,
    watermark: turn.watermark,
    get timestamp() {
      return call.timestamp;
    },
    get timer() {
      return call.timer;
    },
    state: Object.fromEntries(parts.cells.map(([name, cell]) => [name, cell.handle])),
    broadcast: broadcast as Context['broadcast'],
    timers: { event: timerPort('event', timers, scope), processing: timerPort('processing', timers, scope) },
    ...makeEmitter(process, parts.stamps, parts),
  };
}

/** Sets the next period before the handler runs, so that it can delete it. After the end of input there is none. */
function setNext(timers: KeyTimers, timer: Timer & { everyMs: number }, turn: Turn): void {
  const reached = timer.domain === 'event' ? turn.watermark : (turn.over ?? turn.now - 1);
  if (reached === END_OF_TIME) return;
  insertTimer(timers[timer.domain], { ...timer, at: nextPeriod(timer, reached) });
}

function refusePromise(process: Process, result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined)?.then !== 'function') return;
  throw new ProcessError(
    'ASYNC_HANDLER',
    `A handler of process "${process.name}" returned a promise: handlers are synchronous, and await nothing.`,
  );
}
