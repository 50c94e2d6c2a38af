import { hasBit } from '../../core/bits.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import { keyedItemKey, parseStoredKey } from '../keyed-record.ts';
import type { DueReference } from './judge-reference.ts';
import { judgeReference, refuseReference } from './judge-reference.ts';
import type { OpenEntry, UnitRun } from './unit-run.ts';

/*
 * The read at the fire (P9). What was cancelled or moved in time was decided by due − 2 s; this reads no earlier than
 * due − 1 s, so it sees that. One read covers all inline items due within the second after it; references are
 * compared with their records, hundreds at a time, within the same second.
 */

/** References that are compared in one go. */
const COMPARE_AT_ONCE = 400;

/** Keys that are told side by side that a reference is dead; few ever are. */
const REFUSE_AT_ONCE = 25;

const refreshTargets = async (run: UnitRun): Promise<void> => {
  const names = [...run.targetNames];
  const found = await Promise.all(names.map((name) => run.deps.targets.find(name)));
  for (const [n, name] of names.entries()) run.targets.set(name, found[n]);
};

/** The references of an entry that come due by `until` and were not compared. */
const referencesOf = (entry: OpenEntry, until: EpochMs): DueReference[] => {
  const { opened, n } = entry;
  if (!opened) return [];
  const due: DueReference[] = [];
  for (let index = Math.max(entry.compared, entry.next); index < n && opened.dueAt(index) <= until; index += 1) {
    if (!hasBit(entry.decided, index)) due.push({ entry, index, item: opened.item(index) });
  }
  return due;
};

/** Reads the records of some references, each once, and notes what they say. */
const compare = async (run: UnitRun, some: readonly DueReference[]): Promise<void> => {
  const keys = new Map(some.map(({ item }) => keyedItemKey(item.key ?? '')).map((key) => [key.pk, key]));
  const stored = await run.deps.engine.store.getMany([...keys.values()]);
  const byPk = new Map(stored.map((item) => [item.pk, parseStoredKey(item)]));
  const open: (() => Promise<void>)[] = [];
  for (const due of some) {
    const there = byPk.get(keyedItemKey(due.item.key ?? '').pk);
    const agreement = judgeReference(run, due, there);
    if (agreement) due.entry.agreements?.set(due.index, agreement);
    else
      open.push(async () => {
        due.entry.agreements?.set(due.index, await refuseReference(run, due, there));
      });
  }
  for (let from = 0; from < open.length; from += REFUSE_AT_ONCE)
    await Promise.all(open.slice(from, from + REFUSE_AT_ONCE).map((refuse) => refuse()));
};

/** Compares all references that come due by `until`, those of one instant together, whatever entries they are in. */
const compareAll = async (run: UnitRun, until: EpochMs): Promise<void> => {
  const due = uncompared(run, until)
    .flatMap((entry) => referencesOf(entry, until))
    .sort((a, b) => a.item.dueAt - b.item.dueAt);
  for (let from = 0; from < due.length; from += COMPARE_AT_ONCE) {
    const some = due.slice(from, from + COMPARE_AT_ONCE);
    await compare(run, some);
    if (run.verifiedThrough !== until) return;
    for (const { entry, index } of some) entry.compared = index + 1;
    run.bell.ring();
  }
};

const uncompared = (run: UnitRun, until: EpochMs): OpenEntry[] =>
  run.order.items().filter((entry) => {
    if (!entry.keyed || !entry.opened) return false;
    let index = Math.max(entry.compared, entry.next);
    while (index < entry.n && hasBit(entry.decided, index)) index += 1;
    entry.compared = index;
    return index < entry.n && entry.opened.dueAt(index) <= until;
  });

/** True where every target that the entry names was looked up: one that was not is not one that is not there. */
export const knowsTargets = (run: UnitRun, entry: OpenEntry): boolean => {
  entry.targetsKnown ||= entry.opened?.targets.every((name) => run.targets.has(name)) ?? false;
  return entry.targetsKnown;
};

/** True where items come due soon that no read covers yet. */
export const wantsVerify = (run: UnitRun, now: EpochMs): boolean => {
  if (run.busy.verifying) return false;
  const top = run.order.peek();
  const soon = plusMs(now, run.deps.engine.timing.verifyLeadMs);
  if (!top || top.nextDue > soon) return false;
  return run.verifiedThrough < soon || (top.opened && !knowsTargets(run, top)) || uncompared(run, soon).length > 0;
};

/**
 * Forgets a read of an instant that lies ahead: the clock was put back since, and what is due may have been cancelled
 * long after it (F36).
 */
export const forgetReadAhead = (run: UnitRun, now: EpochMs): void => {
  if (run.verifiedThrough <= plusMs(now, run.deps.engine.timing.readAheadMs)) return;
  run.verifiedThrough = Number.NEGATIVE_INFINITY;
  for (const entry of run.order.items()) entry.compared = 0;
};

/** Reads what was decided about everything that comes due within the next second. */
export const verify = async (run: UnitRun): Promise<void> => {
  const { timing } = run.deps.engine;
  const [{ ids, readAt }] = await Promise.all([run.deps.tombstones.of(run.unit.segment), refreshTargets(run)]);
  const until = plusMs(readAt, timing.readAheadMs);
  run.tombstones = ids;
  run.verifiedThrough = until;
  await compareAll(run, until);
};
