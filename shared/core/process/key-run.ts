import { callPort } from './call/call-port.ts';
import { type CallQueue, openCalls } from './call/call-queue.ts';
import type { Context } from './context.ts';
import { copyData } from './data.ts';
import { declaredOnly } from './declared.ts';
import { makeEmitter, type Stamps } from './emitter.ts';
import { type Call, type Handlers, makeHandlers } from './handlers.ts';
import type { Output } from './output.ts';
import type { Process } from './process.ts';
import { readOnlyStates } from './read-only-states.ts';
import type { Snapshot } from './snapshot.ts';
import type { Cell, StoredState } from './state/cell.ts';
import type { Scope } from './state/scope.ts';
import type { StateSpecs } from './state/spec.ts';
import { type KeyTimers, timerPort } from './timer-port.ts';
import { openQueue, pendingTimers } from './timer-queue.ts';
import type { ElementInput, Turn } from './turn.ts';

/** A key while a turn runs: its snapshot opened, changed in place by its handlers, and closed into the next one. */
export type KeyRun = Handlers & {
  readonly timers: KeyTimers;
  readonly calls: CallQueue;
  readonly outputs: readonly Output[];
  /** Puts an element out instead of calling its handler. */
  divert(input: ElementInput, to: string): void;
  states(): Snapshot['state'];
  pending(): Pick<Snapshot, 'event' | 'processing' | 'calls' | 'failedCalls'>;
};

export const openKey = (process: Process, snapshot: Snapshot, turn: Turn): KeyRun => {
  const scope: Scope = { now: turn.now, running: false };
  const stamps: Stamps = { main: null, side: null, emitted: 0 };
  const call: Call = { timestamp: null, timer: null, watermark: turn.watermark };
  const outputs: Output[] = [];
  const cells = openCells(process, snapshot, scope);
  const timers: KeyTimers = {
    event: openQueue(snapshot.event),
    processing: openQueue(snapshot.processing),
    limit: process.limits.timersPerKey,
  };
  const calls = openCalls(snapshot.calls, { process, key: turn.key, version: snapshot.version + 1 });
  const ctx = makeContext(process, turn, { scope, stamps, call, outputs, cells, timers, calls });
  return {
    ...makeHandlers(process, { snapshot, turn }, { ctx, scope, stamps, call, timers, calls }),
    timers,
    calls,
    outputs,
    divert: ({ value, timestamp }, to) => {
      outputs.push({ output: to, value: copyData(value, `An element of process "${process.name}"`), timestamp });
    },
    states: () => storeCells(cells, snapshot),
    pending: () => ({
      event: pendingTimers(timers.event),
      processing: pendingTimers(timers.processing),
      calls: calls.list(),
      failedCalls: calls.failed(),
    }),
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
  readonly calls: CallQueue;
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

const NONE: StateSpecs = {};

function makeContext(process: Process, turn: Turn, parts: Parts): Context {
  const { call, scope, stamps, timers } = parts;
  const shared = process.broadcast?.state ?? NONE;
  const broadcast = readOnlyStates(shared, turn.broadcast ?? {}, scope);
  const caller = () => ({ timestamp: call.timestamp, emitAt: stamps.main, watermark: call.watermark });
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
    state: declaredOnly(
      'state',
      process.state,
      parts.cells.map(([name, cell]) => [name, cell.handle] as const),
    ) as Context['state'],
    broadcast: declaredOnly('broadcast state', shared, broadcast) as Context['broadcast'],
    timers: { event: timerPort('event', timers, scope), processing: timerPort('processing', timers, scope) },
    call: declaredOnly('call', process.calls, callPort(process.calls, parts.calls, { scope, caller })),
    ...makeEmitter(process, stamps, parts),
  };
}
