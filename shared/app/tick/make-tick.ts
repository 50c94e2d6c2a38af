import type { Minute } from '../../core/segment/bucket.ts';
import { endOf, lastReadable, minuteOf, startOf, sweepableFrom } from '../../core/segment/bucket.ts';
import { judgeLease } from '../../core/segment/lease.ts';
import type { Ledger } from '../../core/segment/ledger.ts';
import { addLedgers, EMPTY_LEDGER, subtractLedgers } from '../../core/segment/ledger.ts';
import { encodePointer } from '../../core/segment/pointer.ts';
import type { Segment } from '../../core/segment/segment-key.ts';
import { unitName } from '../../core/segment/segment-key.ts';
import type { LogRecord } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import type { Hint } from '../../ports/pointer-queue.ts';
import { clockIsOff } from '../clock-check.ts';
import type { Engine } from '../engine.ts';
import { hintFor, sendHints } from '../hints.ts';
import type { RevisitMark } from '../revisit.ts';
import { closeMark, countedThrough, marksForRevisit, markWithCount } from '../revisit.ts';
import { readLog, unlessDamaged } from '../unit-journal.ts';
import type { StoredCursor, TickCursor } from './cursor.ts';
import { ensureCursor, moveCursor } from './cursor.ts';
import type { SurveyedUnit } from './survey.ts';
import { firstScheduled, isSettled, ledgerOf, surveySegment } from './survey.ts';

export type TickOptions = {
  /** Send hints for everything that is not settled, due or not: the queue is known to be empty. */
  readonly reopen?: boolean;
  /** How long the tick may take; what is left waits for the next one. */
  readonly budgetMs?: number;
};

export type TickReport = {
  readonly openedThrough: Minute;
  readonly settledThrough: Minute;
  readonly hints: number;
  /** False where the budget ran out, or another tick moved the cursor first. */
  readonly complete: boolean;
};

const DEFAULT_BUDGET_MS = 45_000;

/** The cursor is saved after so many buckets, so that a tick that dies has not worked in vain. */
const SAVE_EVERY = 30;

type Tick = {
  readonly engine: Engine;
  readonly until: EpochMs;
  readonly reopen: boolean;
  cursor: TickCursor;
  version: number;
  /** As they were listed behind the cursor, so that a bucket is not passed without those of before (see `revisit`). */
  marks: readonly RevisitMark[];
  hints: number;
  oldest: TickCursor['oldest'];
  unsaved: number;
  beaten: boolean;
};

const segmentsOf = (tick: Tick, minute: Minute): Segment[] =>
  Array.from({ length: tick.cursor.shards }, (_, shard) => ({ timeline: tick.engine.timeline, minute, shard }));

const inTime = (tick: Tick): boolean => !tick.beaten && tick.engine.clock.now() < tick.until;

const save = async (tick: Tick): Promise<void> => {
  const { engine } = tick;
  const { oldest: _, ...rest } = tick.cursor;
  const oldest = tick.oldest === undefined ? {} : { oldest: tick.oldest };
  const cursor = { ...rest, ...oldest, tickedAt: engine.clock.now(), nonce: engine.nonce() };
  const moved = await moveCursor(engine, engine.timeline, { cursor, version: tick.version });
  tick.beaten = !moved;
  tick.version += 1;
  tick.unsaved = 0;
};

const advance = async (tick: Tick, step: Partial<TickCursor>): Promise<void> => {
  tick.cursor = { ...tick.cursor, ...step };
  tick.unsaved += 1;
  if (tick.unsaved >= SAVE_EVERY) await save(tick);
};

const drive = async (tick: Tick, hints: readonly Hint[]): Promise<boolean> => {
  tick.hints += hints.length;
  return (await sendHints(tick.engine, hints)).length === 0;
};

/** Opens the buckets that closed since the last tick, oldest first (C1). */
const openBuckets = async (tick: Tick): Promise<void> => {
  const { engine } = tick;
  const last = lastReadable(engine.clock.now(), engine.timing);
  while (tick.cursor.openedThrough < last && inTime(tick)) {
    const minute = tick.cursor.openedThrough + 1;
    const probed = await Promise.all(
      segmentsOf(tick, minute).map(async (segment) => {
        const due = await firstScheduled(engine, segment);
        return due === undefined ? [] : [hintFor(engine, { segment, lane: 'E' }, due)];
      }),
    );
    if (!(await drive(tick, probed.flat()))) return;
    await advance(tick, { openedThrough: minute });
  }
};

/** How long a unit may be overdue before its hint counts as lost: longer than a keyed message takes to commit. */
const lostAfterMs = ({ timing }: Engine): number => timing.commitWithinMs + timing.skewMs;

const dueOf = ({ firstDue, last }: SurveyedUnit): EpochMs => last?.resumeAt ?? firstDue;

/** True where nobody works on the unit although it is time, or, on reopening, although somebody should wait for it. */
const wantsHint = (tick: Tick, surveyed: SurveyedUnit, now: EpochMs): boolean => {
  const { engine } = tick;
  if (isSettled(surveyed) || surveyed.damaged) return false;
  const verdict = judgeLease(surveyed.last, { now, timing: engine.timing, isDead: engine.isDead });
  if (tick.reopen) return verdict.kind === 'free' || verdict.kind === 'resting';
  if (verdict.kind !== 'free') return false;
  const leftBehind = surveyed.last !== undefined && surveyed.last.until > 0;
  return leftBehind || now - dueOf(surveyed) > lostAfterMs(engine);
};

const noteOldest = (tick: Tick, units: readonly SurveyedUnit[], now: EpochMs): void => {
  for (const surveyed of units) {
    const dueAt = dueOf(surveyed);
    if (isSettled(surveyed) || dueAt > now || (tick.oldest && tick.oldest.dueAt <= dueAt)) continue;
    tick.oldest = { pointer: encodePointer(surveyed.unit), dueAt };
  }
};

const redrive = async (tick: Tick, units: readonly SurveyedUnit[]): Promise<void> => {
  const { engine } = tick;
  const now = engine.clock.now();
  noteOldest(tick, units, now);
  const lost = units.filter((surveyed) => wantsHint(tick, surveyed, now));
  await drive(
    tick,
    lost.map((surveyed) => hintFor(engine, surveyed.unit, dueOf(surveyed))),
  );
};

const surveyBucket = async (tick: Tick, minute: Minute): Promise<SurveyedUnit[]> =>
  (await Promise.all(segmentsOf(tick, minute).map((segment) => surveySegment(tick.engine, segment)))).flat();

/** How far the sweep counts the marked units of a bucket: those of which it saw nothing, not at all. */
const countedWith = (tick: Tick, minute: Minute, units: readonly SurveyedUnit[]): Record<string, number> => {
  const seqs = new Map(units.map(({ unit, last }) => [unitName(unit), last?.seq ?? -1]));
  const names = tick.marks.filter(({ unit }) => unit.segment.minute === minute).map(({ unit }) => unitName(unit));
  return { ...tick.cursor.revisited, ...Object.fromEntries(names.map((name) => [name, seqs.get(name) ?? -1])) };
};

/**
 * Looks at every bucket that may hold unsettled units: sends lost hints again, and moves `settledThrough` over settled
 * buckets only (C2).
 */
const sweep = async (tick: Tick): Promise<void> => {
  const { engine } = tick;
  const now = engine.clock.now();
  const last = tick.reopen ? lastReadable(now, engine.timing) : Math.min(tick.cursor.openedThrough, minuteOf(now));
  for (let minute = tick.cursor.settledThrough + 1; minute <= last && inTime(tick); minute += 1) {
    const units = await surveyBucket(tick, minute);
    await redrive(tick, units);
    const follows = minute === tick.cursor.settledThrough + 1 && minute <= tick.cursor.openedThrough;
    if (follows && now >= sweepableFrom(minute, engine.timing) && units.every(isSettled)) {
      const totals = addLedgers(tick.cursor.totals, ledgerOf(units));
      await advance(tick, { settledThrough: minute, totals, revisited: countedWith(tick, minute, units) });
    }
  }
};

/** What a log has that is not in the totals, which have it through record `counted`. */
const uncountedOf = (log: readonly LogRecord[], counted: number): Partial<Ledger> => {
  const before = log.find(({ seq }) => seq === counted)?.ledger ?? EMPTY_LEDGER;
  return subtractLedgers(log.at(-1)?.ledger ?? EMPTY_LEDGER, before);
};

/** Drives a marked unit again, or counts it; gives its mark where it is settled and can go. */
const revisitUnit = async (tick: Tick, { unit }: RevisitMark): Promise<RevisitMark | undefined> => {
  const name = unitName(unit);
  // Before anything is driven: what is sent behind the sweep is not what the sweep counted.
  const mark = await markWithCount(tick.engine, unit);
  if (!mark) return undefined;
  const log = await readLog(tick.engine.store, unit);
  const last = log.at(-1);
  await redrive(tick, [{ unit, firstDue: startOf(unit.segment.minute), last, damaged: false }]);
  if (!last?.settled) return undefined;
  const counted = await countedThrough(tick.engine, mark, tick.cursor.revisited?.[name]);
  const totals = addLedgers(tick.cursor.totals, uncountedOf(log, counted));
  await advance(tick, { totals, revisited: { ...tick.cursor.revisited, [name]: last.seq } });
  return mark;
};

/**
 * Looks at units whose writers were so late that the sweep had passed. What is counted, and how far, moves with the
 * cursor in one write; a mark goes only after that, so a tick that dies in between counts nothing twice.
 */
const revisit = async (tick: Tick): Promise<void> => {
  const marked = new Set(tick.marks.map(({ unit }) => unitName(unit)));
  const known = Object.entries(tick.cursor.revisited ?? {}).filter(([name]) => marked.has(name));
  tick.cursor = { ...tick.cursor, revisited: Object.fromEntries(known) };
  const done: RevisitMark[] = [];
  for (const listed of tick.marks) {
    if (listed.unit.segment.minute > tick.cursor.settledThrough || !inTime(tick)) continue;
    const mark = await unlessDamaged(() => revisitUnit(tick, listed), undefined);
    if (mark) done.push(mark);
  }
  if (done.length === 0) return;
  await save(tick);
  if (tick.beaten) return;
  for (const mark of done) await closeMark(tick.engine, mark, tick.cursor.revisited?.[unitName(mark.unit)] ?? -1);
};

const report = (tick: Tick, before: StoredCursor, startedAt: EpochMs): void => {
  const { telemetry } = tick.engine;
  telemetry.count('tickGapMs', startedAt - before.cursor.tickedAt);
  telemetry.count('settledLagMs', Math.max(0, startedAt - endOf(tick.cursor.settledThrough)));
  telemetry.count('oldestDueAgeMs', tick.oldest === undefined ? 0 : Math.max(0, startedAt - tick.oldest.dueAt));
};

/**
 * The tick: opens what closed, drives again what was lost, and moves the frontier. It works from the clock and the
 * stored cursor alone, so it may be absent, doubled, overlapping or late (F01–F05).
 */
export const makeTick = (engine: Engine) => ({
  run: async ({ reopen = false, budgetMs = DEFAULT_BUDGET_MS }: TickOptions = {}): Promise<TickReport> => {
    const startedAt = engine.clock.now();
    const before = await ensureCursor(engine, engine.timeline);
    const tick: Tick = {
      engine,
      until: plusMs(startedAt, budgetMs),
      reopen,
      cursor: before.cursor,
      version: before.version,
      marks: [],
      hints: 0,
      oldest: undefined,
      unsaved: 0,
      // With a wrong clock it only reports: a bucket that it opened too early would be passed over (F36).
      beaten: clockIsOff(engine),
    };
    await openBuckets(tick);
    tick.marks = await marksForRevisit(engine);
    await sweep(tick);
    if (inTime(tick)) await revisit(tick);
    const complete = inTime(tick);
    if (!tick.beaten) await save(tick);
    report(tick, before, startedAt);
    const { openedThrough, settledThrough } = tick.cursor;
    return { openedThrough, settledThrough, hints: tick.hints, complete: complete && !tick.beaten };
  },
});

/** Everything due before this instant is terminal, or waits for a later attempt. */
export const settledInstant = (cursor: TickCursor): EpochMs => epochMs(endOf(cursor.settledThrough));
