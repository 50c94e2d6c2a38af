import { setBit } from '../../core/bits.ts';
import type { Ledger } from '../../core/segment/ledger.ts';
import { addSent, makeSentRuns } from '../../core/segment/sent-runs.ts';
import type { CarriedItem, EndedItem, EndKind } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { Delivery, Outcome } from '../../ports/channel.ts';
import { judgeOutcome } from './judge-outcome.ts';
import { releaseSent } from './load-entries.ts';
import type { Job, OpenEntry, UnitRun } from './unit-run.ts';
import { MAX_HELD, makeOutbox } from './unit-run.ts';

/** Reasons and answers that go into logs and dead letters are cut here. */
const MAX_RESPONSE_CHARS = 1_000;

const FIELD_OF_END: Record<Exclude<EndKind, 'void'>, keyof Ledger> = {
  dead: 'dead',
  cancelled: 'cancelled',
  expired: 'expired',
  unknown: 'unknown',
};

/** A record of decisions of so many bytes fits an item of the store, with room for what does not compress. */
const MAX_OUTBOX_BYTES = 200_000;

/** What a decision takes in a record beside texts, compressed, roughly. */
const SENT_BYTES = 4;
const DECISION_BYTES = 40;

type Decided = { readonly index: number; readonly bytes: number };

/** Marks an item as decided; false where it was already, or where the unit is no longer ours. */
const decide = (run: UnitRun, entry: OpenEntry, { index, bytes }: Decided): boolean => {
  if (run.lost || !setBit(entry.decided, index)) return false;
  if (run.outbox.bytes + bytes > MAX_OUTBOX_BYTES) {
    run.sealed.push(run.outbox);
    run.outbox = makeOutbox();
    run.bell.ring();
  }
  const { outbox } = run;
  run.listed.undecided -= 1;
  run.tally.decisions += 1;
  outbox.decisions += 1;
  outbox.bytes += bytes;
  outbox.touched ??= new Map();
  if (!outbox.touched.has(entry)) outbox.touched.set(entry, makeSentRuns());
  // Redriven items fill entries of their own; each stops being a dead letter when it is decided again.
  if (entry.redriven > 0) outbox.steps.dead -= 1;
  return true;
};

const textBytes = (text: string | undefined): number => (text === undefined ? 0 : Buffer.byteLength(text));

const book = (run: UnitRun, steps: Partial<Ledger>): void => {
  for (const [field, n] of Object.entries(steps)) run.outbox.steps[field as keyof Ledger] += n;
};

/** Steps that the running figures take too; a cancel was booked there when it was asked for. */
const bookBoth = (run: UnitRun, steps: Partial<Ledger>): void => {
  book(run, steps);
  run.deps.engine.ledgers.book(run.unit.segment.minute, steps);
};

const countForTarget = (run: UnitRun, target: string, field: 'sent' | 'failed' | 'dead'): void => {
  const { outbox } = run;
  outbox.byTarget ??= new Map();
  const { byTarget } = outbox;
  const counts = byTarget.get(target) ?? { sent: 0, failed: 0, dead: 0 };
  byTarget.set(target, counts);
  counts[field] += 1;
};

/** Ends an item in another way than `sent`. */
export const endItem = (
  run: UnitRun,
  entry: OpenEntry,
  item: Omit<EndedItem, 'e'> & { readonly retried: boolean; readonly target: string },
): void => {
  const { retried, target, ...ended } = item;
  const bytes = DECISION_BYTES + textBytes(item.reason) + textBytes(item.response);
  if (!decide(run, entry, { index: item.i, bytes })) return;
  entry.carries = true;
  run.outbox.ended.push({ e: entry.sk, ...ended });
  if (item.k === 'void') {
    run.outbox.voids += 1;
    return;
  }
  if (item.k === 'dead') countForTarget(run, target, 'dead');
  const steps = { [FIELD_OF_END[item.k]]: 1, ...(retried ? { retrying: -1 } : {}) };
  if (item.k === 'cancelled') book(run, steps);
  else bookBoth(run, steps);
  run.deps.engine.telemetry.count(item.k, 1, item.k === 'dead' ? target : undefined);
};

/** What a carried item takes beside payload and headers: names, zone, trace and the error, bytes at most. */
const CARRY_OVERHEAD_BYTES = 300;

/** A reference leaves its payload and headers in the key's record. */
const carriedBytes = (entry: OpenEntry, delivery: Delivery | undefined): number => {
  if (entry.keyed || !delivery) return CARRY_OVERHEAD_BYTES;
  const headers = delivery.headers === undefined ? 0 : Buffer.byteLength(JSON.stringify(delivery.headers));
  return CARRY_OVERHEAD_BYTES + delivery.payload.length + headers;
};

/** Sends an item on to a later time; `attempt` says which attempt comes then. */
export const carryItem = (
  run: UnitRun,
  entry: OpenEntry,
  carried: Omit<CarriedItem, 'e'> & { readonly delivery?: Delivery },
): void => {
  const { delivery, ...item } = carried;
  if (!decide(run, entry, { index: item.i, bytes: DECISION_BYTES + textBytes(item.reason) })) return;
  entry.carries = true;
  run.outbox.carried.push({ item: { e: entry.sk, ...item }, bytes: carriedBytes(entry, delivery) });
  if (item.dueAt < run.outbox.firstCarried) {
    run.outbox.firstCarried = item.dueAt;
    run.bell.ring();
  }
  if (item.reason !== undefined && item.attempt === 2) bookBoth(run, { retrying: 1 });
};

const sent = (job: Job): void => {
  const { run, entry, index, delivery } = job;
  if (!decide(run, entry, { index, bytes: SENT_BYTES })) return;
  const { ledgers, telemetry } = run.deps.engine;
  const latenessMs = job.startedAt - delivery.dueAt;
  const since = run.outbox.touched?.get(entry);
  if (since) addSent(since, index, latenessMs);
  releaseSent(run, entry);
  run.outbox.steps.sent += 1;
  if (delivery.attempt > 1) bookBoth(run, { retrying: -1 });
  else {
    ledgers.lateness(latenessMs);
    telemetry.lateness(latenessMs);
  }
};

const failed = (job: Job, outcome: Outcome & { kind: 'failed' }, now: EpochMs): void => {
  const { run, entry, index, delivery } = job;
  const { reason, status } = outcome;
  const facts = { reason, ...(status === undefined ? {} : { status }) };
  const verdict = judgeOutcome(job, outcome, now);
  if (verdict.kind === 'retry') {
    if (outcome.effectPossible) run.deps.engine.telemetry.count('uncertain', 1);
    carryItem(run, entry, { i: index, dueAt: verdict.at, attempt: delivery.attempt + 1, ...facts, delivery });
    return;
  }
  if (verdict.kind !== 'end') return;
  const response = outcome.response?.slice(0, MAX_RESPONSE_CHARS);
  const attempts = outcome.reason === 'NOT_AFTER' ? delivery.attempt - 1 : delivery.attempt;
  endItem(run, entry, {
    i: index,
    k: verdict.as,
    attempts,
    ...facts,
    ...(response === undefined ? {} : { response }),
    retried: delivery.attempt > 1,
    target: job.target.name,
  });
};

const wantsMore = ({ inFlight }: UnitRun): boolean => inFlight === 0 || inFlight === MAX_HELD / 2;

/** Takes the end of an attempt into the unit's outbox and wakes the unit where it waits for that. */
export const concludeJob = (job: Job, outcome: Outcome): void => {
  const { run } = job;
  run.inFlight -= 1;
  countForTarget(run, job.target.name, outcome.kind);
  if (outcome.kind === 'sent') sent(job);
  else failed(job, outcome, run.deps.engine.clock.now());
  const { decisions } = run.outbox;
  if (wantsMore(run) || decisions === 1 || decisions === run.deps.engine.timing.checkpointItems) run.bell.ring();
};

/** Takes an item back that its gate cannot start soon. */
export const deferJob = (job: Job, dueAt: EpochMs, paced: boolean): void => {
  const { run, entry, index, delivery } = job;
  run.inFlight -= 1;
  if (job.notAfter !== undefined && dueAt > job.notAfter) {
    const facts = { reason: 'NOT_AFTER', attempts: delivery.attempt - 1, retried: delivery.attempt > 1 };
    endItem(run, entry, { i: index, k: 'expired', ...facts, target: job.target.name });
  } else {
    carryItem(run, entry, { i: index, dueAt, attempt: delivery.attempt, ...(paced ? { paced } : {}), delivery });
  }
  if (wantsMore(run)) run.bell.ring();
};
