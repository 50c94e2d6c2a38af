import { makeHeap } from '../../core/heap.ts';
import { EMPTY_LEDGER } from '../../core/segment/ledger.ts';
import type { Unit } from '../../core/segment/segment-key.ts';
import type { LogRecord, UnitState } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import type { Bell } from './hold-cursor.ts';
import type { OpenEntry, SendDeps, UnitRun } from './unit-run.ts';
import { makeOutbox } from './unit-run.ts';

const NEVER = Number.POSITIVE_INFINITY;

const NO_TOMBSTONES: ReadonlySet<string> = new Set();

const byDue = ({ nextDue }: OpenEntry): number => nextDue;

export type WorkLimits = {
  /** From here on no attempt starts. */
  readonly stopAt: EpochMs;
  readonly stopped: () => boolean;
  /** Gets the unit's bell while it is worked on, to be rung when `stopped` changes. */
  readonly bells: Set<Bell>;
};

/** The record by which a worker takes a unit in epoch `epoch`. */
export const leaseRecord = (deps: SendDeps, state: UnitState, epoch: number): LogRecord => {
  const { engine } = deps;
  const now = engine.clock.now();
  return {
    seq: (state.last?.seq ?? -1) + 1,
    nonce: engine.nonce(),
    at: now,
    epoch,
    owner: engine.owner,
    until: plusMs(now, engine.timing.leaseMs),
    confirmed: state.last?.confirmed ?? -1,
    ledger: state.last?.ledger ?? EMPTY_LEDGER,
    voids: state.last?.voids ?? 0,
    settled: false,
  };
};

/** A unit whose lease stands in the log, with nothing of it read yet. */
export const makeRun = (
  deps: SendDeps,
  unit: Unit,
  limits: WorkLimits,
  held: { state: UnitState; last: LogRecord; prefetched?: Item | undefined },
): UnitRun => ({
  deps,
  unit,
  bell: deps.cursor.makeBell(),
  stopAt: limits.stopAt,
  stopped: limits.stopped,
  last: held.last,
  decidedBefore: held.state.decided,
  startedBefore: held.state.started,
  entries: new Map(),
  order: makeHeap(byDue),
  targetNames: new Set(),
  targets: new Map(),
  prefetched: held.prefetched,
  listing: { after: undefined, done: false, reached: Number.NEGATIVE_INFINITY },
  listed: { fresh: 0, redriven: 0, undecided: 0 },
  tally: { decisions: 0, records: 0 },
  bytes: 0,
  ahead: 0,
  droppedDue: NEVER,
  verifiedThrough: Number.NEGATIVE_INFINITY,
  tombstones: NO_TOMBSTONES,
  inFlight: 0,
  abandoned: false,
  outbox: makeOutbox(),
  sealed: [],
  logged: [],
  confirmed: held.last.confirmed,
  checkpointAt: held.last.at,
  busy: { loading: false, verifying: false, writing: false, carrying: false },
  lost: false,
  failure: undefined,
});
