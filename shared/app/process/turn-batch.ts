import { inTurns } from '../../core/in-turns.ts';
import type { BroadcastState } from '../../core/process/turn.ts';
import { type EpochMs, plusMs } from '../../core/time/epoch.ts';
import type { Hint } from '../../ports/pointer-queue.ts';
import { StoreError } from '../../ports/store-error.ts';
import { requireClock } from '../clock-check.ts';
import { sendHints } from '../hints.ts';
import { passFences, toStoredEntry } from '../store-entries.ts';
import { packEvents } from './event-index.ts';
import { handsOn, type MarkedPlan, storeHandedMark, withHandedMark } from './handed-mark.ts';
import { type KeyRecord, type Outbox, parseKeyItem, toKeyItem } from './key-record.ts';
import type { KeyTask, TaskResult } from './key-task.ts';
import { packHints } from './next-record.ts';
import { noteThrown } from './note-thrown.ts';
import { messagesOf, planOutputs, storeOwnOutputs, storePlan } from './outputs.ts';
import { type OpenTask, openTasks, type PlannedTurn, planTurn } from './plan-turn.ts';
import { buryCalls, buryTimers } from './poison.ts';
import type { ProcessDeps } from './process-deps.ts';
import { placeOfKey } from './process-key.ts';

/*
 * The commit protocol of a batch of keys. Every commit is one conditional write of one key's item:
 *
 *   hints of all keys (packed) ─► commit each key ─► outputs of all keys (packed) ─► pointers
 *
 * B1 What reminds of a timer is stored before the commit that sets it (H1).
 * B2 A batch whose hints took too long to store commits nothing.
 * B3 A conflict is read again: it may be the batch's own write, whose answer was lost.
 */

const COMMITS_AT_ONCE = 50;

type WritingTurn = PlannedTurn & { readonly record: KeyRecord };

const writes = (turn: PlannedTurn): turn is WritingTurn => turn.record !== undefined;

/** A wave may have passed the timers of keys that did not know the watermark yet (M3). */
const askForWaves = async (deps: ProcessDeps, turns: readonly WritingTurn[]): Promise<void> => {
  const hinted = turns.flatMap(({ task, hints: { event }, record }) => {
    // One that was set behind the watermark of its key is due with the next rise.
    return event ? [{ process: task.process, at: Math.max(event.at, record.snapshot.watermark + 1) }] : [];
  });
  for (const [process, of] of Map.groupBy(hinted, ({ process: owner }) => owner)) {
    await deps.reached(process, Math.min(...of.map(({ at }) => at)));
  }
};

/** Stores what reminds of the timers; gives the pointers, which go out when the keys are committed. */
const storeReminders = async (
  deps: ProcessDeps,
  turns: readonly WritingTurn[],
  now: EpochMs,
): Promise<readonly Hint[]> => {
  const { engine } = deps;
  const hints = turns.map((turn) => turn.hints);
  const entries = packHints(engine, hints, now);
  const events = [...Map.groupBy(hints, ({ process }) => process)].flatMap(([process, of]) =>
    packEvents(engine, process, { hints: of.flatMap(({ event }) => event ?? []), writtenAt: now }),
  );
  const items = [...entries.map((entry) => toStoredEntry(engine, entry, now)), ...events];
  if (items.length === 0) return [];
  await engine.store.putMany(items);
  await askForWaves(deps, turns);
  return passFences(engine, entries);
};

const isOwn = async ({ engine }: ProcessDeps, { task, record }: WritingTurn): Promise<boolean> => {
  const there = await engine.store.get(placeOfKey(task.process.name, task.key));
  const parsed = there && parseKeyItem(task.process, there);
  return parsed?.ok === true && parsed.value.record.nonce === record.nonce;
};

type Committed = TaskResult['kind'] | { readonly error: unknown };

const commitKey = async (
  deps: ProcessDeps,
  turn: WritingTurn,
  at: { readonly now: EpochMs; readonly outbox: Outbox | null },
): Promise<Committed> => {
  const { task, stored } = turn;
  const { engine, counters } = deps;
  const record = { ...turn.record, outbox: at.outbox ?? turn.record.outbox };
  const next = { record, version: stored.version + 1, now: at.now, keptMs: engine.retentionMs };
  try {
    const expect = stored.version === 0 ? 'absent' : stored.version;
    const put = engine.store.put(toKeyItem(task.process, task.key, next), expect);
    // An answer that was lost is looked up like a conflict (B3).
    const answer = await put.catch((error: unknown) => {
      if (error instanceof StoreError && error.code === 'UNKNOWN') return 'conflict' as const;
      throw error;
    });
    if (answer === 'stored' || (await isOwn(deps, turn))) {
      deps.snapshots.keep(record.nonce, record.snapshot, stored.record.nonce);
      return 'done';
    }
    counters.count(task.process.name, { conflicts: 1 });
    return 'conflict';
  } catch (error) {
    return error instanceof StoreError && error.code === 'TOO_LARGE' ? 'too-large' : { error };
  }
};

/** Delivers what committed keys put out. */
const deliver = async (
  deps: ProcessDeps,
  turns: readonly WritingTurn[],
  { plan, committed }: { readonly plan: MarkedPlan; readonly committed: ReadonlySet<number> },
): Promise<void> => {
  const { sending } = deps;
  const torn = await storePlan(sending, plan, committed);
  await inTurns(torn, COMMITS_AT_ONCE, async (n) => {
    const turn = turns[n];
    const outbox = plan.outboxes.get(n);
    if (turn && outbox) await storeOwnOutputs(sending, outbox, messagesOf(turn.task.process, turn.outputs, plan.at));
  });
  const giving = plan.givers.filter((n) => committed.has(n)).flatMap((n) => turns[n] ?? []);
  await inTurns(giving, COMMITS_AT_ONCE, ({ task, outputs }) => deps.handOn(task.process, task.key, outputs));
  await storeHandedMark(sending, plan, committed);
  for (const n of plan.outboxes.keys()) if (turns[n] && committed.has(n)) deps.delivered.add(turns[n].record.nonce);
};

/** Calls that a key waits for are made from its commit on, and looked after whenever somebody comes by. */
const offerCalls = ({ calls }: ProcessDeps, { task, result }: PlannedTurn): void =>
  calls?.offer(task.process, task.key, result.effects.calls);

/** Before the commit that forgets them. */
const buryFailed = async (deps: ProcessDeps, { task, stored, record, result }: WritingTurn): Promise<void> => {
  if (record.snapshot === stored.record.snapshot) return;
  await buryTimers(deps, task, result.poison);
  await buryCalls(deps, task, result.failedCalls);
};

const resultOf = (turn: PlannedTurn, committed: Committed): TaskResult => {
  if (typeof committed !== 'string') return { kind: 'failed', error: committed.error };
  if (committed === 'conflict' || committed === 'too-large') return { kind: committed };
  const { result, verdicts } = turn;
  return { kind: 'done', fates: result.fates, verdicts, more: result.effects.more };
};

/** Of a turn that changed nothing, too. */
const countFates = ({ counters }: ProcessDeps, { task, result }: PlannedTurn): void => {
  const of = (kind: string): number => result.fates.filter((fate) => fate.kind === kind).length;
  counters.count(task.process.name, {
    elements: of('applied'),
    duplicates: of('duplicate'),
    failed: of('failed'),
  });
};

const countCommit = ({ counters }: ProcessDeps, { task, result, outputs }: PlannedTurn): void => {
  const { effects } = result;
  counters.count(task.process.name, {
    timersFired: effects.fired,
    outputs: outputs.length,
    late: effects.diverted.late,
    commits: 1,
  });
};

/** Stores the turns of a batch; the result of each, in their order. */
const commitTurns = async (deps: ProcessDeps, turns: readonly WritingTurn[], now: EpochMs): Promise<Committed[]> => {
  const { engine, sending } = deps;
  const pointers = await storeReminders(deps, turns, now);
  for (const turn of turns) await buryFailed(deps, turn);
  const messages = turns.map(({ task, outputs }) => messagesOf(task.process, outputs, now));
  const givers = turns.flatMap(({ task, outputs }, n) => (handsOn(task.process, outputs) ? [n] : []));
  const plan = withHandedMark(sending, planOutputs(sending, now, messages), givers);
  if (engine.clock.now() >= plusMs(now, engine.timing.commitWithinMs)) return turns.map(() => 'conflict');
  const ends = await inTurns([...turns.entries()], COMMITS_AT_ONCE, ([n, turn]) =>
    commitKey(deps, turn, { now, outbox: plan.outboxes.get(n) ?? null }),
  );
  const committed = new Set(ends.flatMap((end, n) => (end === 'done' ? [n] : [])));
  for (const n of committed) if (turns[n]) countCommit(deps, turns[n]);
  await deliver(deps, turns, { plan, committed });
  await sendHints(engine, pointers);
  return ends;
};

const planSafely = (
  deps: ProcessDeps,
  open: OpenTask,
  at: { now: EpochMs; broadcast: BroadcastState },
): PlannedTurn | TaskResult => {
  try {
    return planTurn(deps, open, at);
  } catch (error) {
    return { kind: 'failed', error };
  }
};

/** Takes the turns of a batch of different keys; throws only where the store fails for the whole of it. */
export const runBatch = async (deps: ProcessDeps, tasks: readonly KeyTask[]): Promise<TaskResult[]> => {
  const now = deps.engine.clock.now();
  const opened = await openTasks(deps, tasks, now);
  // By a wrong clock timers would fire early, and elements would be of the future; the answer has told which it is (F36).
  await requireClock(deps.engine);
  const broadcasts = await deps.broadcasts.of(new Set(tasks.map(({ process }) => process)));
  const planned = opened.map((open) =>
    'task' in open ? planSafely(deps, open, { now, broadcast: broadcasts.get(open.task.process.name) ?? {} }) : open,
  );
  const writing = planned.filter((turn): turn is WritingTurn => 'task' in turn && writes(turn));
  const ends = new Map<unknown, Committed>();
  if (writing.length > 0) {
    const committed = await commitTurns(deps, writing, now);
    for (const [n, turn] of writing.entries()) ends.set(turn, committed[n] ?? 'conflict');
  }
  return planned.map((turn) => {
    if (!('task' in turn)) return turn;
    const end = ends.get(turn) ?? 'done';
    if (end === 'done') {
      countFates(deps, turn);
      noteThrown(deps.engine, turn.task.process, turn.result.thrown);
      offerCalls(deps, turn);
    }
    return resultOf(turn, end);
  });
};
