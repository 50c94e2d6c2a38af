import type { Ledger } from '../../core/segment/ledger.ts';
import { addLedgers, EMPTY_LEDGER } from '../../core/segment/ledger.ts';
import type { Segment, Unit } from '../../core/segment/segment-key.ts';
import {
  entryOfLateLogKey,
  isLogKeyOf,
  LATE_LOGS,
  laneRange,
  parseEntrySortKey,
  partitionKey,
  SEGMENT_ITEMS,
  unitName,
} from '../../core/segment/segment-key.ts';
import type { LogRecord } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';
import { eachPage, lastRecord, recordOf, unlessDamaged } from '../unit-journal.ts';

/**
 * A unit that exists: when its first item is (or was) due, and the last record of its log. A damaged log stops its own
 * unit, which nobody can work off or call settled, and no other (P10).
 */
export type SurveyedUnit = {
  readonly unit: Unit;
  readonly firstDue: EpochMs;
  readonly last: LogRecord | undefined;
  readonly damaged: boolean;
};

export const isSettled = ({ last, damaged }: SurveyedUnit): boolean => !damaged && (last?.settled ?? false);

const surveyed = (engine: Engine, of: Omit<SurveyedUnit, 'damaged' | 'last'>, last: Last): SurveyedUnit => {
  if (last !== 'damaged') return { ...of, last, damaged: false };
  engine.telemetry.note('error', 'log.damaged', { unit: unitName(of.unit) });
  return { ...of, last: undefined, damaged: true };
};

type Last = LogRecord | 'damaged' | undefined;

export const ledgerOf = (units: readonly SurveyedUnit[]): Ledger =>
  units.reduce((sum, { last }) => (last ? addLedgers(sum, last.ledger) : sum), EMPTY_LEDGER);

/** The first sort key of a segment; one read of one item tells what it holds at all. */
const firstSortKey = async ({ store }: Engine, segment: Segment): Promise<string | undefined> => {
  const range = { table: 'segments', pk: partitionKey(segment), ...SEGMENT_ITEMS, limit: 1, keysOnly: true } as const;
  let first: string | undefined;
  await eachPage(store, range, ({ items }) => {
    first = items[0]?.sk;
    return first === undefined ? undefined : 'enough';
  });
  return first;
};

const scheduledDue = (first: string): EpochMs | undefined => {
  const entry = parseEntrySortKey(first);
  return entry?.lane === 'E' ? entry.firstDue : undefined;
};

/** The due time of the first entry of the scheduled lane, found by one read of one item. */
export const firstScheduled = async (engine: Engine, segment: Segment): Promise<EpochMs | undefined> =>
  scheduledDue((await firstSortKey(engine, segment)) ?? '');

const scheduledUnit = async (engine: Engine, segment: Segment, first: string): Promise<SurveyedUnit[]> => {
  const firstDue = scheduledDue(first);
  const unit: Unit = { segment, lane: 'E' };
  if (firstDue === undefined && !isLogKeyOf(unit, first)) return [];
  const last = await unlessDamaged(() => lastRecord(engine.store, unit), 'damaged' as const);
  return [surveyed(engine, { unit, firstDue: firstDue ?? epochMs(0) }, last)];
};

const lateUnits = async (engine: Engine, segment: Segment): Promise<SurveyedUnit[]> => {
  const partition = { table: 'segments', pk: partitionKey(segment) } as const;
  const entries = new Map<string, EpochMs>();
  await eachPage(engine.store, { ...partition, ...laneRange('L'), keysOnly: true }, ({ items }) => {
    for (const { sk } of items) entries.set(sk, parseEntrySortKey(sk)?.firstDue ?? epochMs(0));
  });
  if (entries.size === 0) return [];
  // Of each log the last record counts, so only that one is read.
  const lasts = new Map<string, Item>();
  await eachPage(engine.store, { ...partition, ...LATE_LOGS }, ({ items }) => {
    for (const item of items) lasts.set(entryOfLateLogKey(item.sk) ?? '', item);
  });
  const survey = async ([sk, firstDue]: [string, EpochMs]): Promise<SurveyedUnit> => {
    const item = lasts.get(sk);
    const last = item && (await unlessDamaged(async () => recordOf(item), 'damaged' as const));
    return surveyed(engine, { unit: { segment, lane: 'L', sk }, firstDue }, last);
  };
  return Promise.all([...entries].map(survey));
};

/** All units of a segment, as their logs stand. Most segments of a quiet hour are empty, and cost one read of nothing. */
export const surveySegment = async (engine: Engine, segment: Segment): Promise<SurveyedUnit[]> => {
  const first = await firstSortKey(engine, segment);
  if (first === undefined) return [];
  const [scheduled, late] = await Promise.all([scheduledUnit(engine, segment, first), lateUnits(engine, segment)]);
  return [...scheduled, ...late];
};
