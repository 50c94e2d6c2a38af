import { closeOf, startOf } from '../../core/segment/bucket.ts';
import type { LeaseVerdict } from '../../core/segment/lease.ts';
import { judgeLease } from '../../core/segment/lease.ts';
import type { Unit } from '../../core/segment/segment-key.ts';
import { partitionKey } from '../../core/segment/segment-key.ts';
import { foldLog, isPublished } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import { clockIsOff, requireClock } from '../clock-check.ts';
import { hintFor, sendHints } from '../hints.ts';
import { persist } from '../persist.ts';
import { appendRecord, readLog } from '../unit-journal.ts';
import { carryOutAgain } from './carry-out.ts';
import { carryOutNext, checkpoint, logExpiry } from './checkpoint.ts';
import { checkpointDue } from './checkpoint-due.ts';
import { fire, isFull, isReady } from './fire.ts';
import { absentDue, load, nextDueOf, REOPEN_AHEAD_MS, wantsLoad } from './load-entries.ts';
import type { WorkLimits } from './start-run.ts';
import { leaseRecord, makeRun } from './start-run.ts';
import type { SendDeps, UnitRun } from './unit-run.ts';
import { forgetReadAhead, verify, wantsVerify } from './verify.ts';

/** How the work on a pointer ended; all of these mean that the pointer has served. `stale`: it named nothing (F17). */
export type WorkResult = 'settled' | 'stale' | 'handed-back' | 'held' | 'resting' | 'early' | 'lost';

const NEVER = Number.POSITIVE_INFINITY;

const RESULT_OF: Record<Exclude<LeaseVerdict['kind'], 'free'>, WorkResult> = {
  settled: 'settled',
  held: 'held',
  resting: 'resting',
};

/** What the log of a unit tells that nobody had. */
const UNTOUCHED = foldLog([]);

/**
 * Takes a late unit that nobody had before: its log is not read first, as it is almost always empty, and its entry is
 * read meanwhile. So a herd of late messages costs two calls a unit and a share of one.
 */
const acquireNew = async (
  deps: SendDeps,
  unit: Extract<Unit, { lane: 'L' }>,
  limits: WorkLimits,
): Promise<UnitRun | undefined> => {
  const { store } = deps.engine;
  const record = leaseRecord(deps, UNTOUCHED, 1);
  // A read that fails is repeated when the unit is listed.
  const entry = store.get({ table: 'segments', pk: partitionKey(unit.segment), sk: unit.sk }).catch(() => undefined);
  const lease = { record, expiresAt: logExpiry({ unit, deps }) };
  const appended = await persist(deps.engine, limits.stopAt, () => appendRecord(store, unit, lease));
  if (appended === 'conflict') return undefined;
  const run = makeRun(deps, unit, limits, { state: UNTOUCHED, last: record, prefetched: await entry });
  run.confirmed = record.seq;
  return run;
};

/**
 * Takes the lease where it is free, and finishes what an earlier owner had decided. A throttled call is repeated here:
 * left to the pointer, the unit would wait for that to show again, and one whose lease was stored for the lease to end.
 */
const acquire = async (deps: SendDeps, unit: Unit, limits: WorkLimits): Promise<UnitRun | WorkResult> => {
  const { engine } = deps;
  // With a wrong clock it takes no lease (F36).
  await requireClock(engine);
  const patiently = <T>(call: () => Promise<T>): Promise<T> => persist(engine, limits.stopAt, call);
  await patiently(async () => deps.shardsAreKnown());
  const now = engine.clock.now();
  const { guardMs } = engine.timing;
  if (unit.lane === 'E' && now < closeOf(unit.segment.minute, engine.timing) + guardMs) return 'early';
  // The store collects expired items in any order: without its log, an entry that is left would be sent again (F34).
  if (now >= startOf(unit.segment.minute) + engine.retentionMs) return 'settled';
  const fresh = unit.lane === 'L' ? await acquireNew(deps, unit, limits) : undefined;
  if (fresh) return fresh;
  const state = foldLog(await patiently(() => readLog(engine.store, unit)));
  const verdict = judgeLease(state.last, { now, timing: engine.timing, isDead: engine.isDead });
  if (verdict.kind !== 'free') return RESULT_OF[verdict.kind];
  const last = leaseRecord(deps, state, verdict.epoch);
  const lease = { record: last, expiresAt: logExpiry({ unit, deps }) };
  if ((await patiently(() => appendRecord(engine.store, unit, lease))) === 'conflict') return 'held';
  if ((state.last?.until ?? 0) > 0) engine.telemetry.count('takenOver', 1);
  await patiently(() => carryOutAgain(deps, unit, state.unconfirmed));
  const run = makeRun(deps, unit, limits, { state, last });
  run.confirmed = last.seq;
  return run;
};

/** Runs one background step; what it throws ends the unit at the loop's next turn. */
const background = (run: UnitRun, name: keyof UnitRun['busy'], step: () => Promise<unknown>): void => {
  run.busy[name] = true;
  void (async () => {
    try {
      await step();
    } catch (error) {
      run.failure ??= error;
    }
    run.busy[name] = false;
    run.bell.ring();
  })();
};

const wantsCheckpoint = (run: UnitRun, now: EpochMs): boolean => !run.busy.writing && now >= checkpointDue(run);

const isIdle = (run: UnitRun): boolean =>
  run.inFlight === 0 &&
  !run.busy.loading &&
  !run.busy.verifying &&
  !run.busy.writing &&
  run.sealed.length === 0 &&
  run.logged.length === 0 &&
  run.outbox.starting.length === 0;

/** All listed and decided: whatever is in the outbox can be the last word. */
const isThrough = (run: UnitRun): boolean => run.listing.done && run.listed.undecided === 0 && isIdle(run);

/** No attempt starts any more: time is up, the process ends, or its clock turned out to be wrong (F36). */
const mustStop = (run: UnitRun, now: EpochMs): boolean =>
  now >= run.stopAt || run.stopped() || clockIsOff(run.deps.engine);

/** Where the unit should go back: nothing comes due for long, this worker has to stop, or it gave items up. */
const resumeAtOf = (run: UnitRun, now: EpochMs): EpochMs | undefined => {
  if (!isIdle(run)) return undefined;
  if (run.abandoned) return now;
  const next = nextDueOf(run);
  if (mustStop(run, now)) return next ?? now;
  if (!run.listing.done) return undefined;
  if (next === undefined) return run.listed.undecided > 0 ? now : undefined;
  return next - now > run.deps.engine.timing.holdMaxMs ? next : undefined;
};

/** When to look at the first item again; never while a step that will ring is under way for it. */
const wakeForItems = (run: UnitRun): number => {
  const next = run.order.peek();
  if (!next?.opened || isFull(run)) return NEVER;
  if (isReady(run, next)) return next.nextDue;
  return run.busy.verifying ? NEVER : next.nextDue - run.deps.engine.timing.verifyLeadMs;
};

/** When entries have to be read although room is short. */
const wakeForEntries = (run: UnitRun, now: EpochMs): number =>
  run.busy.loading ? NEVER : absentDue(run, now) - REOPEN_AHEAD_MS;

const nextWake = (run: UnitRun, now: EpochMs): EpochMs => {
  const { timing } = run.deps.engine;
  const times: number[] = [run.stopAt > now ? run.stopAt : plusMs(now, timing.leaseMs)];
  if (!run.busy.writing) times.push(checkpointDue(run));
  const fires = !mustStop(run, now) && now < run.last.until;
  if (fires) times.push(wakeForItems(run), wakeForEntries(run, now));
  return epochMs(Math.max(now + 1, Math.ceil(Math.min(...times))));
};

const startSteps = (run: UnitRun, now: EpochMs): void => {
  if (wantsLoad(run, now)) background(run, 'loading', () => persist(run.deps.engine, run.stopAt, () => load(run)));
  if (wantsVerify(run, now))
    background(run, 'verifying', () => persist(run.deps.engine, run.stopAt, () => verify(run)));
  if (!run.busy.carrying && run.logged.length > 0) background(run, 'carrying', () => carryOutNext(run));
  if (wantsCheckpoint(run, now)) background(run, 'writing', () => checkpoint(run, { kind: 'hold' }));
};

/** True where decisions wait that have to be carried out elsewhere. */
const hasWork = ({ outbox, deps }: UnitRun): boolean =>
  outbox.carried.length > 0 ||
  outbox.ended.some((ended) => ended.k === 'dead' || (deps.outcomes && isPublished(ended)));

/**
 * Settles, or gives the lease back to resume at `resumeAt`; `undefined` where the unit goes on, because an
 * announcement came first. What the last decisions carry elsewhere is logged under the lease, so that after a crash
 * before they are carried out the unit is neither settled (U4) nor at rest, and is finished within a lease.
 */
const end = async (run: UnitRun, resumeAt: EpochMs | undefined): Promise<WorkResult | undefined> => {
  if (hasWork(run)) return (await checkpoint(run, { kind: 'hold' })) ? undefined : 'lost';
  if (!(await checkpoint(run, resumeAt === undefined ? { kind: 'settle' } : { kind: 'release', resumeAt })))
    return 'lost';
  if (run.last.settled) return run.entries.size > 0 ? 'settled' : 'stale';
  if (resumeAt === undefined || run.last.until > 0) return undefined;
  await sendHints(run.deps.engine, [hintFor(run.deps.engine, run.unit, resumeAt)]);
  return 'handed-back';
};

const work = async (run: UnitRun): Promise<WorkResult> => {
  for (;;) {
    const now = run.deps.engine.clock.now();
    if (run.failure !== undefined) throw run.failure;
    if (run.lost) return 'lost';
    forgetReadAhead(run, now);
    // A sandbox that was frozen past its lease, or cut off from the store, does nothing more until a record of its
    // own stands in the log again: that shows that nobody took over (F14).
    const more = now < run.last.until && !mustStop(run, now) && fire(run, now);
    const through = isThrough(run);
    // What a herd sends at once is the last word of its unit: one record instead of two.
    if (!through) startSteps(run, now);
    const resumeAt = through ? undefined : resumeAtOf(run, now);
    if (through || resumeAt !== undefined) {
      const result = await end(run, resumeAt);
      if (result) return result;
    } else {
      if (more) await run.deps.cursor.giveTurn();
      await run.bell.wait(more ? epochMs(now + 1) : nextWake(run, now));
    }
  }
};

/** Leases a unit and works it off, or as much of it as there is time for. Throws where the store fails for good. */
export const workUnit = async (deps: SendDeps, unit: Unit, limits: WorkLimits): Promise<WorkResult> => {
  const run = await acquire(deps, unit, limits);
  if (typeof run === 'string') return run;
  limits.bells.add(run.bell);
  // Not awaited here: what waits for the herd's instant is one frame instead of two.
  return work(run).finally(() => {
    limits.bells.delete(run.bell);
    deps.ahead.bytes -= run.ahead;
    run.lost = true;
  });
};
