import { toRuns } from '../../core/runs.ts';
import { startOf } from '../../core/segment/bucket.ts';
import type { Ledger } from '../../core/segment/ledger.ts';
import { addLedgers } from '../../core/segment/ledger.ts';
import { inOrder } from '../../core/segment/sent-runs.ts';
import type { LogRecord, SentItems, StartedItems } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import { persist } from '../persist.ts';
import { appendRecord, readLog } from '../unit-journal.ts';
import { carryOut, itemsOf, planCarries } from './carry-out.ts';
import { loadAnnounced, release } from './load-entries.ts';
import type { Job, Outbox, UnitRun } from './unit-run.ts';
import { makeOutbox } from './unit-run.ts';

/** What a record says of the lease. */
export type LeaseStep =
  | { readonly kind: 'hold' }
  | { readonly kind: 'release'; readonly resumeAt: EpochMs }
  | { readonly kind: 'settle' };

const startedOf = (jobs: readonly Job[]): StartedItems[] =>
  [...Map.groupBy(jobs, (job) => job.entry.sk)].map(([e, ofEntry]) => ({
    e,
    i: toRuns(ofEntry.map((job) => job.index).sort((a, b) => a - b)),
  }));

/** The moving parts of a record; empty ones are left out. */
const contentOf = (run: UnitRun, outbox: Outbox, seq: number) => {
  const sent = [...(outbox.touched ?? [])]
    .filter(([, { l }]) => l.length > 0)
    .map(([{ sk }, runs]): SentItems => ({ e: sk, ...inOrder(runs) }));
  const carries = planCarries(run, outbox.carried, seq);
  return {
    ...(sent.length > 0 ? { sent } : {}),
    ...(outbox.ended.length > 0 ? { ended: outbox.ended } : {}),
    ...(carries.length > 0 ? { carries } : {}),
    ...(outbox.starting.length > 0 ? { started: startedOf(outbox.starting) } : {}),
  };
};

const leaseAt = (run: UnitRun, step: LeaseStep, now: EpochMs) => {
  if (step.kind === 'hold') return { until: plusMs(now, run.deps.engine.timing.leaseMs), settled: false };
  if (step.kind === 'release') return { until: 0, resumeAt: step.resumeAt, settled: false };
  return { until: 0, settled: true };
};

/** What was accepted in a unit is known once all of it was listed: when it settles. */
const ledgerOf = (run: UnitRun, step: LeaseStep, outbox: Outbox): Ledger => {
  const ledger = addLedgers(run.last.ledger, outbox.steps);
  return step.kind === 'settle' ? { ...ledger, accepted: run.listed.fresh - run.last.voids - outbox.voids } : ledger;
};

const recordOf = (run: UnitRun, step: LeaseStep, outbox: Outbox): LogRecord => {
  const { engine } = run.deps;
  const now = engine.clock.now();
  const seq = run.last.seq + 1;
  return {
    seq,
    nonce: engine.nonce(),
    at: now,
    epoch: run.last.epoch,
    owner: engine.owner,
    ...leaseAt(run, step, now),
    ...contentOf(run, outbox, seq),
    confirmed: run.confirmed,
    ledger: ledgerOf(run, step, outbox),
    voids: run.last.voids + outbox.voids,
  };
};

/** The instant until which a unit's records are kept, seconds. */
export const logExpiry = (run: Pick<UnitRun, 'unit' | 'deps'>): number =>
  Math.ceil((startOf(run.unit.segment.minute) + run.deps.engine.retentionMs) / 1000) + 3600;

/** Takes in what writers announced meanwhile; false where another owner took over. */
const takeAnnouncements = async (run: UnitRun): Promise<boolean> => {
  for (const record of await readLog(run.deps.engine.store, run.unit, run.last.seq + 1)) {
    if (record.epoch !== run.last.epoch || !record.announced) return false;
    for (const sk of record.announced) await loadAnnounced(run, sk);
    run.last = record;
  }
  return true;
};

/** How long a worker that has to stop goes on trying to log what it did. */
const LAST_WORDS_MS = 5_000;

const patiently = <T>(run: UnitRun, call: () => Promise<T>): Promise<T> =>
  persist(run.deps.engine, plusMs(run.stopAt, LAST_WORDS_MS), call);

type Appended = 'stored' | 'lost';

/**
 * Puts the record behind the last one that is known. On a collision the log is read: announcements are taken in and
 * the same decisions go behind them; a record of another epoch means that the lease is lost (U1).
 */
const append = async (run: UnitRun, draft: LogRecord): Promise<Appended> => {
  let record = draft;
  for (;;) {
    const entry = { record, expiresAt: logExpiry(run) };
    const stored = await patiently(run, () => appendRecord(run.deps.engine.store, run.unit, entry));
    if (stored === 'stored') {
      run.last = record;
      return 'stored';
    }
    if (!(await patiently(run, () => takeAnnouncements(run)))) return 'lost';
    // An announced entry keeps the unit open and in our hands: the decisions stand, the step waits.
    const { resumeAt: _, ...decisions } = record;
    record = { ...decisions, ...leaseAt(run, { kind: 'hold' }, record.at), seq: run.last.seq + 1 };
  }
};

const bookRunningFigures = (run: UnitRun, outbox: Outbox): void => {
  const { ledgers, telemetry } = run.deps.engine;
  if (outbox.steps.sent > 0) ledgers.book(run.unit.segment.minute, { sent: outbox.steps.sent });
  for (const [name, counts] of outbox.byTarget ?? []) {
    ledgers.target(name, counts);
    if (counts.sent > 0) telemetry.count('sent', counts.sent, name);
    if (counts.failed > 0) telemetry.count('failed', counts.failed, name);
  }
};

/** The decisions that go into the next record: the oldest ones that filled one, or those since then. */
const takeOutbox = (run: UnitRun): Outbox => {
  const full = run.sealed.shift();
  if (full) return full;
  const { outbox } = run;
  run.outbox = makeOutbox();
  return outbox;
};

/**
 * Logs the next decisions, queues them to be carried out, and lets at-most-once attempts start.
 * False where the lease turned out to be lost: then nothing of this outbox counts, and the new owner decides.
 */
export const checkpoint = async (run: UnitRun, step: LeaseStep): Promise<boolean> => {
  const outbox = takeOutbox(run);
  run.checkpointAt = run.deps.engine.clock.now();
  run.tally.records += 1;
  const record = recordOf(run, step, outbox);
  const entries = [...(outbox.touched?.keys() ?? [])];
  // The record has it all: hundreds of them wait for the store in a herd.
  outbox.touched = undefined;
  if ((await append(run, record)) === 'lost') {
    run.lost = true;
    return false;
  }
  bookRunningFigures(run, outbox);
  run.logged.push({ record: run.last, entries });
  if (outbox.starting.length > 0) run.deps.gates.submit(outbox.starting);
  return true;
};

/**
 * Carries out the oldest decisions that are logged only. Apart from the log, which goes on meanwhile: a lease that
 * lapsed because letters or entries are slow to write would send again what was not logged yet (P3).
 */
export const carryOutNext = async (run: UnitRun): Promise<void> => {
  const next = run.logged[0];
  if (!next) return;
  await patiently(run, () => carryOut(run.deps, run.unit, next.record, itemsOf(run)));
  run.logged.shift();
  run.confirmed = (run.logged[0]?.record.seq ?? run.last.seq + 1) - 1;
  release(run, next.entries);
};
