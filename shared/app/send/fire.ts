import { hasBit } from '../../core/bits.ts';
import type { Target } from '../../core/delivery/target.ts';
import type { EntryItem } from '../../core/segment/entry.ts';
import { messageIdAt } from '../../core/segment/message-id.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { Delivery } from '../../ports/channel.ts';
import { itemOfRecord } from '../keyed-record.ts';
import { endItem } from './conclude.ts';
import { advance } from './load-entries.ts';
import type { Job, OpenEntry, UnitRun } from './unit-run.ts';
import { MAX_HELD } from './unit-run.ts';
import { knowsTargets } from './verify.ts';

/** So many items are handed on before the loop looks at anything else. */
const MAX_BURST = 2_000;

/** A slot that was missed by more is asked for anew: after an outage all that waited for theirs would start at once. */
const SLOT_KEPT_MS = 1_500;

const retried = (item: EntryItem): boolean => (item.attempt ?? 1) > 1;

const end = (
  run: UnitRun,
  entry: OpenEntry,
  at: { index: number; item: EntryItem; k: 'dead' | 'expired' | 'cancelled' | 'void' | 'unknown'; reason?: string },
): undefined => {
  const reason = at.reason === undefined ? {} : { reason: at.reason };
  endItem(run, entry, {
    i: at.index,
    k: at.k,
    attempts: (at.item.attempt ?? 1) - 1,
    ...reason,
    retried: retried(at.item),
    target: at.item.target,
  });
  return undefined;
};

/** The item of a reference as its record has it; `undefined` where it was decided here and now. */
const resolveReference = (run: UnitRun, entry: OpenEntry, index: number): EntryItem | undefined => {
  const reference = entry.opened?.unnamed(index);
  const agreement = entry.agreements?.get(index);
  if (!reference || !agreement) return undefined;
  if (agreement.kind === 'agrees') return itemOfRecord(reference, agreement.record);
  if (agreement.kind !== 'damaged') return end(run, entry, { index, item: reference, k: agreement.kind });
  run.deps.engine.telemetry.count('quarantined', 1);
  return end(run, entry, { index, item: reference, k: 'dead', reason: 'RECORD_DAMAGED' });
};

const deliveryOf = (entry: OpenEntry, index: number, item: EntryItem): Delivery => {
  const delivery: { -readonly [name in keyof Delivery]: Delivery[name] } = {
    messageId: item.id ?? messageIdAt(entry.idPrefix, index),
    payload: item.payload as Uint8Array,
    dueAt: item.firstDueAt ?? item.dueAt,
    attempt: item.attempt ?? 1,
  };
  if (item.key !== undefined) delivery.key = item.key;
  if (item.headers !== undefined) delivery.headers = item.headers;
  if (item.traceparent !== undefined) delivery.traceparent = item.traceparent;
  return delivery;
};

const isMissed = (run: UnitRun, item: EntryItem, now: EpochMs): boolean =>
  item.onMissed === 'skip' &&
  !retried(item) &&
  now - (item.requestedAt ?? item.dueAt) > run.deps.engine.timing.missedAfterMs;

/** The job for an item that is due, or `undefined` where it ends without an attempt. */
const prepare = (run: UnitRun, entry: OpenEntry, index: number, now: EpochMs): Job | undefined => {
  const item = entry.keyed ? resolveReference(run, entry, index) : entry.opened?.unnamed(index);
  if (!item) return undefined;
  const delivery = deliveryOf(entry, index, item);
  if (run.tombstones.has(delivery.messageId)) return end(run, entry, { index, item, k: 'cancelled' });
  if (item.notAfter !== undefined && now > item.notAfter)
    return end(run, entry, { index, item, k: 'expired', reason: 'NOT_AFTER' });
  if (isMissed(run, item, now)) return end(run, entry, { index, item, k: 'expired', reason: 'MISSED' });
  const target: Target | undefined = run.targets.get(item.target);
  if (!target) return end(run, entry, { index, item, k: 'dead', reason: 'TARGET_NOT_FOUND' });
  const atMostOnce = (item.delivery ?? target.delivery) === 'at-most-once';
  if (atMostOnce && entry.started && hasBit(entry.started, index)) {
    return end(run, entry, { index, item, k: 'unknown', reason: 'LOST_WORKER' });
  }
  const { notAfter } = item;
  const paced = (item.paced ?? false) && now - item.dueAt <= SLOT_KEPT_MS;
  return { run, entry, index, target, delivery, paced, atMostOnce, notAfter, startedAt: now };
};

/** True where its target, and what was decided about the entry's next item, are known. */
export const isReady = (run: UnitRun, entry: OpenEntry): boolean =>
  entry.opened !== undefined &&
  (entry.keyed ? entry.next < entry.compared : entry.nextDue <= run.verifiedThrough) &&
  knowsTargets(run, entry);

const takeDue = (run: UnitRun, entry: OpenEntry, at: { now: EpochMs; jobs: Job[] }): void => {
  while (entry.next < entry.n && entry.nextDue <= at.now && isReady(run, entry) && at.jobs.length < MAX_BURST) {
    const job = prepare(run, entry, entry.next, at.now);
    if (job) at.jobs.push(job);
    entry.next += 1;
    advance(entry);
  }
};

/** All that is due and ready, in due order across entries, up to one burst. */
const collect = (run: UnitRun, now: EpochMs): { jobs: Job[]; more: boolean } => {
  const jobs: Job[] = [];
  const blocked: OpenEntry[] = [];
  for (let top = run.order.peek(); top && top.nextDue <= now && jobs.length < MAX_BURST; top = run.order.peek()) {
    const entry = run.order.pop() as OpenEntry;
    takeDue(run, entry, { now, jobs });
    if (entry.next >= entry.n) continue;
    if (entry.nextDue <= now && jobs.length < MAX_BURST) blocked.push(entry);
    else run.order.push(entry);
  }
  for (const entry of blocked) run.order.push(entry);
  return { jobs, more: jobs.length >= MAX_BURST };
};

/** True where the gates have enough of this unit; its bell rings when they have less. */
export const isFull = (run: UnitRun): boolean => run.inFlight >= MAX_HELD;

/** Hands everything due to the gates; at-most-once items first go through the log. True where more is due at once. */
export const fire = (run: UnitRun, now: EpochMs): boolean => {
  if (isFull(run)) run.deps.gates.relieve(run);
  if (isFull(run)) return false;
  const { jobs, more } = collect(run, now);
  const direct: Job[] = [];
  for (const job of jobs) (job.atMostOnce ? run.outbox.starting : direct).push(job);
  run.inFlight += jobs.length;
  if (direct.length > 0) run.deps.gates.submit(direct);
  return more;
};
