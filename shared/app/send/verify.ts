import { hasBit } from '../../core/bits.ts';
import type { EntryItem, OpenedEntry } from '../../core/segment/entry.ts';
import { isFresh } from '../../core/segment/entry.ts';
import { partitionKey, TOMBSTONES } from '../../core/segment/segment-key.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { plusMs } from '../../core/time/epoch.ts';
import type { KeyedRecord } from '../keyed-record.ts';
import { keyedItemKey, parseKeyedItem } from '../keyed-record.ts';
import { pagesOf } from '../unit-journal.ts';
import type { Agreement, OpenEntry, UnitRun } from './unit-run.ts';

/*
 * The read at the fire (P9). What was cancelled or moved in time was decided by due − 2 s; this reads no earlier than
 * due − 1 s, so it sees that. One read covers all inline items due within the second after it; references are
 * compared with their records, a hundred at a time, within the same second.
 */

/** References that are compared in one go. */
const COMPARE_AT_ONCE = 400;

const readTombstones = async (run: UnitRun): Promise<Set<string>> => {
  const found = new Set<string>();
  const range = { table: 'segments', pk: partitionKey(run.unit.segment), ...TOMBSTONES } as const;
  for await (const page of pagesOf(run.deps.engine.store, range)) {
    for (const item of page.items) found.add(item.sk.slice(TOMBSTONES.from.length));
  }
  return found;
};

const refreshTargets = async (run: UnitRun): Promise<void> => {
  for (const name of run.targets.keys()) run.targets.set(name, await run.deps.targets.find(name));
};

/** The references of an entry that come due by `until`, from the first that was not compared. */
const referencesDue = (entry: OpenEntry, opened: OpenedEntry, until: EpochMs): number[] => {
  const indexes: number[] = [];
  let index = Math.max(entry.compared, entry.next);
  for (; index < entry.n && opened.dueAt(index) <= until && indexes.length < COMPARE_AT_ONCE; index += 1) {
    if (!hasBit(entry.decided, index)) indexes.push(index);
  }
  return indexes;
};

/**
 * A record with another token: newer than the reference, it replaced it; else the reference's own writer may still be
 * about to commit, for as long as it may, and after that never does. A carried reference waited for that already.
 */
const judgeReference = (
  run: UnitRun,
  entry: OpenEntry,
  reference: EntryItem,
  record: KeyedRecord | undefined,
): Agreement => {
  const { timing, clock } = run.deps.engine;
  if (record && record.token === reference.token) {
    return record.cancelledAt === undefined ? { kind: 'agrees', record } : { kind: 'cancelled' };
  }
  const carried = !isFresh(reference);
  if (record && (carried || record.committedAt >= entry.writtenAt)) return { kind: 'cancelled' };
  if (carried) return { kind: 'void' };
  const until = plusMs(entry.writtenAt, timing.commitWithinMs + timing.skewMs);
  return clock.now() < until ? { kind: 'early', until } : { kind: 'void' };
};

const compare = async (run: UnitRun, entry: OpenEntry, until: EpochMs): Promise<boolean> => {
  const { opened } = entry;
  if (!opened) return false;
  const indexes = referencesDue(entry, opened, until);
  const items = indexes.map((index) => opened.item(index));
  const stored = await run.deps.engine.store.getMany(items.map(({ key }) => keyedItemKey(key ?? '')));
  const byPk = new Map(stored.map((item) => [item.pk, parseKeyedItem(item)]));
  indexes.forEach((index, n) => {
    const reference = items[n];
    if (!reference) return;
    const record = byPk.get(keyedItemKey(reference.key ?? '').pk);
    entry.agreements.set(index, judgeReference(run, entry, reference, record));
  });
  const last = indexes.at(-1);
  if (last !== undefined) entry.compared = last + 1;
  return indexes.length === COMPARE_AT_ONCE;
};

const uncompared = (run: UnitRun, until: EpochMs): OpenEntry[] =>
  run.order.items().filter((entry) => {
    if (!entry.keyed || !entry.opened) return false;
    const index = Math.max(entry.compared, entry.next);
    return index < entry.n && entry.opened.dueAt(index) <= until;
  });

/** True where items come due soon that no read covers yet. */
export const wantsVerify = (run: UnitRun, now: EpochMs): boolean => {
  if (run.busy.verifying) return false;
  const top = run.order.peek();
  const soon = plusMs(now, run.deps.engine.timing.verifyLeadMs);
  if (!top || top.nextDue > soon) return false;
  return run.verifiedThrough < soon || uncompared(run, soon).length > 0;
};

/** Reads what was decided about everything that comes due within the next second. */
export const verify = async (run: UnitRun): Promise<void> => {
  const { clock, timing } = run.deps.engine;
  const until = plusMs(clock.now(), timing.readAheadMs);
  const [tombstones] = await Promise.all([readTombstones(run), refreshTargets(run)]);
  for (const entry of uncompared(run, until)) while (await compare(run, entry, until)) run.bell.ring();
  run.tombstones = tombstones;
  run.verifiedThrough = until;
};
