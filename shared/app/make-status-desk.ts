import type { LatenessHistogram } from '../core/delivery/lateness-histogram.ts';
import { latenessPercentile, makeLatenessHistogram, recordLateness } from '../core/delivery/lateness-histogram.ts';
import { Problem } from '../core/problem.ts';
import type { Minute } from '../core/segment/bucket.ts';
import { BUCKET_MS, closeOf, minuteOf, startOf } from '../core/segment/bucket.ts';
import type { Ledger } from '../core/segment/ledger.ts';
import { addLedgers, EMPTY_LEDGER, pendingOf } from '../core/segment/ledger.ts';
import { SEND_TIMELINE } from '../core/segment/message-id.ts';
import { decodePointer } from '../core/segment/pointer.ts';
import type { Segment } from '../core/segment/segment-key.ts';
import { laneRange, partitionKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Item } from '../ports/item-store.ts';
import type { Engine } from './engine.ts';
import { latenessKey, MINUTES_PER_SLOT, parseFigure, STRIPES, slotKey, targetCountsKey } from './ledger-book.ts';
import type { MessageCounts, SegmentView, Status, StatusDesk } from './status-desk.ts';
import type { TickCursor } from './tick/cursor.ts';
import { ensureCursor } from './tick/cursor.ts';
import { settledInstant } from './tick/make-tick.ts';
import type { SurveyedUnit } from './tick/survey.ts';
import { isSettled, ledgerOf, surveySegment } from './tick/survey.ts';
import { eachPage, lastRecord, unlessDamaged } from './unit-journal.ts';

const MAX_BUCKETS = 24 * 60;

/** `pending` is found by subtraction, so the figures add up whatever their source. */
export const countsOf = (ledger: Ledger): MessageCounts => ({ ...ledger, pending: pendingOf(ledger) });

const itemsIn = async (engine: Engine, range: { pk: string; from: string; to: string }): Promise<Item[]> => {
  const items: Item[] = [];
  await eachPage(engine.store, { table: 'control', ...range }, (page) => void items.push(...page.items));
  return items;
};

/**
 * A process that was killed took its last figures with it: what was worked off was accepted. Only all figures together
 * tell, because an item that was carried on ends in another minute than it was accepted for.
 */
const atLeastWorkedOff = (ledger: Ledger): Ledger => ({
  ...ledger,
  accepted: ledger.accepted + Math.max(0, -pendingOf(ledger)),
});

/** The running figures of every bucket that is not settled. */
const unsettledFigures = async (engine: Engine, settled: Minute): Promise<Ledger> => {
  const stripes = Array.from({ length: STRIPES }, (_, stripe) => slotKey(stripe, settled + 1));
  const slots = await Promise.all(stripes.map(({ pk, sk }) => itemsIn(engine, { pk, from: sk, to: '~' })));
  let sum = EMPTY_LEDGER;
  for (const { sk, counts } of slots.flat()) {
    for (const [name, n] of Object.entries(counts ?? {})) {
      const figure = parseFigure(Number(sk) * MINUTES_PER_SLOT, name);
      if (figure && figure.minute > settled) sum = addLedgers(sum, { [figure.field]: n });
    }
  }
  return sum;
};

const latenesses = async (engine: Engine): Promise<LatenessHistogram> => {
  const histogram = makeLatenessHistogram();
  for (const item of await itemsIn(engine, { pk: latenessKey(0).pk, from: '0', to: '~' })) {
    for (const [name, n] of Object.entries(item.counts ?? {})) recordLateness(histogram, Number.parseInt(name, 10), n);
  }
  return histogram;
};

const targetCounts = async (engine: Engine): Promise<Status['targets']> => {
  const targets: Record<string, { sent: number; failed: number; dead: number }> = Object.create(null);
  for (const item of await itemsIn(engine, { pk: targetCountsKey(0, '').pk, from: ' ', to: '~' })) {
    const name = item.sk.slice(0, item.sk.lastIndexOf('#'));
    const counts = targets[name] ?? { sent: 0, failed: 0, dead: 0 };
    targets[name] = counts;
    counts.sent += item.counts?.sent ?? 0;
    counts.failed += item.counts?.failed ?? 0;
    counts.dead += item.counts?.dead ?? 0;
  }
  return targets;
};

const segmentsOf = (cursor: TickCursor, minute: Minute): Segment[] =>
  Array.from({ length: cursor.shards }, (_, shard) => ({ timeline: SEND_TIMELINE, minute, shard }));

/**
 * How long the oldest item is overdue: the one that the last tick found, unless its unit has been settled since. To
 * look for it anew would read every late entry of the last minutes.
 */
const oldestDueAge = async (engine: Engine, { oldest }: TickCursor, now: EpochMs): Promise<number> => {
  const unit = oldest && decodePointer(oldest.pointer);
  const last = unit && (await unlessDamaged(() => lastRecord(engine.store, unit), undefined));
  if (!unit || last?.settled) return 0;
  return Math.max(0, now - oldest.dueAt);
};

const status = async (engine: Engine): Promise<Status> => {
  await engine.ledgers.flush();
  const now = engine.clock.now();
  const { cursor } = await ensureCursor(engine, SEND_TIMELINE);
  const [figures, histogram, targets, oldestDueAgeMs] = await Promise.all([
    unsettledFigures(engine, cursor.settledThrough),
    latenesses(engine),
    targetCounts(engine),
    oldestDueAge(engine, cursor, now),
  ]);
  const at = (p: number): number => latenessPercentile(histogram, p);
  return {
    now,
    settledThrough: settledInstant(cursor),
    oldestDueAgeMs,
    counts: countsOf(atLeastWorkedOff(addLedgers(cursor.totals, figures))),
    latenessMs: { count: histogram.count, p50: at(0.5), p90: at(0.9), p99: at(0.99), max: at(1) },
    targets,
  };
};

const countEntries = async (engine: Engine, segment: Segment, lane: 'E' | 'L'): Promise<number> => {
  let count = 0;
  const range = { table: 'segments', pk: partitionKey(segment), ...laneRange(lane), keysOnly: true } as const;
  await eachPage(engine.store, range, ({ items }) => {
    count += items.length;
  });
  return count;
};

const stateOf = (units: readonly SurveyedUnit[], facts: { closed: boolean; now: EpochMs }): SegmentView['state'] => {
  if (units.every(isSettled)) return 'settled';
  if (units.some(({ last }) => last && last.until > facts.now)) return 'leased';
  if (units.some(({ firstDue }) => firstDue <= facts.now)) return 'unsettled';
  return facts.closed ? 'closed' : 'open';
};

const viewOf = async (engine: Engine, segment: Segment): Promise<SegmentView | undefined> => {
  const units = await surveySegment(engine, segment);
  if (units.length === 0) return undefined;
  const now = engine.clock.now();
  const [scheduled, late] = [await countEntries(engine, segment, 'E'), await countEntries(engine, segment, 'L')];
  const last = units.find(({ unit }) => unit.lane === 'E')?.last;
  return {
    bucket: startOf(segment.minute),
    shard: segment.shard,
    entries: { scheduled, late },
    state: stateOf(units, { closed: now >= closeOf(segment.minute, engine.timing), now }),
    checkpoint: {
      records: units.reduce((sum, unit) => sum + (unit.last ? unit.last.seq + 1 : 0), 0),
      epoch: last?.epoch ?? 0,
      leaseUntil: last && last.until > 0 ? (last.until as EpochMs) : null,
    },
    ledger: countsOf(ledgerOf(units)),
  };
};

/** Buckets that are surveyed side by side. */
const BUCKETS_AT_ONCE = 8;

type BucketRange = { readonly from: EpochMs; readonly to: EpochMs; readonly limit: number };

const buckets = async (engine: Engine, { from, to, limit }: BucketRange): Promise<SegmentView[]> => {
  const end = Math.ceil(to / BUCKET_MS);
  if (end - minuteOf(from) > MAX_BUCKETS) {
    throw new Problem(400, 'RANGE_TOO_LONG', 'from and to span more than 24 hours; ask for a shorter range.');
  }
  const { cursor } = await ensureCursor(engine, SEND_TIMELINE);
  const views: SegmentView[] = [];
  for (let minute = minuteOf(from); minute < end && views.length < limit; minute += BUCKETS_AT_ONCE) {
    const minutes = Array.from({ length: Math.min(BUCKETS_AT_ONCE, end - minute) }, (_, n) => minute + n);
    const segments = minutes.flatMap((each) => segmentsOf(cursor, each));
    const found = await Promise.all(segments.map((segment) => viewOf(engine, segment)));
    views.push(...found.filter((view) => view !== undefined));
  }
  return views;
};

/** The use cases of operators on the segment engine. */
export const makeStatusDesk = (engine: Engine): StatusDesk => ({
  status: () => status(engine),
  buckets: (range) => buckets(engine, range),
});
