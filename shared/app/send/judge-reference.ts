import { endOf } from '../../core/segment/bucket.ts';
import type { EntryItem } from '../../core/segment/entry.ts';
import { isFresh } from '../../core/segment/entry.ts';
import { messageIdAt } from '../../core/segment/message-id.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import { readKey } from '../find-message.ts';
import type { KeyGuard, StoredKey } from '../keyed-record.ts';
import { openGuard, refuses, toGuardItem, toKeyedItem } from '../keyed-record.ts';
import type { Agreement, OpenEntry, UnitRun } from './unit-run.ts';

/*
 * A reference that no record agrees with was replaced, or its writer never committed it, or is about to. That it is
 * void and that it is committed are written into different items, so only the key's item can keep them from both being
 * true: before a worker calls a reference void, the key's item says so too (G1). A commit that is on its way was made
 * over an earlier version and fails; no clock, and no limit on how long a writer may be stopped, has a say in it.
 */

export type DueReference = { readonly entry: OpenEntry; readonly index: number; readonly item: EntryItem };

/** What the key's item says about a reference; `undefined` where its writer may still commit it. */
export const judgeReference = (
  run: UnitRun,
  { entry, index, item: reference }: DueReference,
  stored: StoredKey | undefined,
): Agreement | undefined => {
  if (stored?.damaged) return { kind: 'damaged' };
  const record = stored?.record;
  if (record && record.token === reference.token) {
    return record.cancelledAt === undefined ? { kind: 'agrees', record } : { kind: 'cancelled' };
  }
  // Carried on: it was committed when it was due at first. The store may have collected its record before a late retry.
  if (!isFresh(reference)) return { kind: record ? 'cancelled' : 'damaged' };
  // Its writer took it back: it met another message, or nothing came of its call.
  if (run.tombstones.has(messageIdAt(entry.idPrefix, index))) return { kind: 'void' };
  if (!stored) return undefined;
  const { refused, replaced, more } = stored.guard;
  const token = reference.token ?? '';
  if (replaced.includes(token)) return { kind: 'cancelled' };
  if (!refuses(stored.guard, entry.writtenAt)) return undefined;
  // What is not known any more counts as replaced: somebody may have been told that it was accepted.
  return { kind: more && refused !== token ? 'cancelled' : 'void' };
};

const guardAt = (run: UnitRun, { entry, item }: DueReference, stored: StoredKey | undefined): KeyGuard => {
  const expiresAt = Math.ceil(plusMs(endOf(run.unit.segment.minute), run.deps.engine.retentionMs) / 1000);
  const before = stored?.guard ?? openGuard(expiresAt);
  return {
    ...before,
    refusedThrough: epochMs(Math.max(before.refusedThrough, entry.writtenAt)),
    ...(item.token === undefined ? {} : { refused: item.token }),
    expiresAt: Math.max(before.expiresAt, expiresAt),
  };
};

/** Has the key refuse a reference that is due and was not committed, unless that happens first. */
export const refuseReference = async (
  run: UnitRun,
  due: DueReference,
  first: StoredKey | undefined,
): Promise<Agreement> => {
  const { engine } = run.deps;
  const key = due.item.key ?? '';
  for (let stored = first; ; stored = await readKey(engine, key)) {
    const agreement = judgeReference(run, due, stored);
    if (agreement) return agreement;
    const version = (stored?.version ?? 0) + 1;
    const guard = guardAt(run, due, stored);
    const item = stored?.record ? toKeyedItem({ ...stored.record, guard, version }) : toGuardItem(key, guard, version);
    if ((await engine.store.put(item, stored?.version ?? 'absent')) === 'stored') return { kind: 'void' };
  }
};
