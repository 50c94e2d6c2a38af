import type { Ledger } from '../../core/segment/ledger.ts';
import { addLedgers, EMPTY_LEDGER } from '../../core/segment/ledger.ts';
import type { Segment, Unit } from '../../core/segment/segment-key.ts';
import {
  entryOfLateLogKey,
  LATE_LOGS,
  laneRange,
  parseEntrySortKey,
  partitionKey,
  unitName,
} from '../../core/segment/segment-key.ts';
import type { LogRecord } from '../../core/segment/unit-log.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';
import { lastRecord, pagesOf, recordOf, unlessDamaged } from '../unit-journal.ts';

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

/** The due time of the first entry of the scheduled lane, found by one read of one item. */
export const firstScheduled = async (engine: Engine, segment: Segment): Promise<EpochMs | undefined> => {
  const range = { table: 'segments', pk: partitionKey(segment), ...laneRange('E'), limit: 1, keysOnly: true } as const;
  for await (const page of pagesOf(engine.store, range)) {
    const first = page.items[0];
    if (first) return parseEntrySortKey(first.sk)?.firstDue;
  }
  return undefined;
};

const scheduledUnit = async (engine: Engine, segment: Segment): Promise<SurveyedUnit[]> => {
  const unit: Unit = { segment, lane: 'E' };
  const [firstDue, last] = await Promise.all([
    firstScheduled(engine, segment),
    unlessDamaged(() => lastRecord(engine.store, unit), 'damaged' as const),
  ]);
  if (firstDue === undefined && !last) return [];
  return [surveyed(engine, { unit, firstDue: firstDue ?? epochMs(0) }, last)];
};

const lateUnits = async (engine: Engine, segment: Segment): Promise<SurveyedUnit[]> => {
  const partition = { table: 'segments', pk: partitionKey(segment) } as const;
  const entries = new Map<string, EpochMs>();
  for await (const page of pagesOf(engine.store, { ...partition, ...laneRange('L'), keysOnly: true })) {
    for (const { sk } of page.items) entries.set(sk, parseEntrySortKey(sk)?.firstDue ?? epochMs(0));
  }
  if (entries.size === 0) return [];
  // Of each log the last record counts, so only that one is read.
  const lasts = new Map<string, Item>();
  for await (const page of pagesOf(engine.store, { ...partition, ...LATE_LOGS })) {
    for (const item of page.items) lasts.set(entryOfLateLogKey(item.sk) ?? '', item);
  }
  const survey = async ([sk, firstDue]: [string, EpochMs]): Promise<SurveyedUnit> => {
    const item = lasts.get(sk);
    const last = item && (await unlessDamaged(async () => recordOf(item), 'damaged' as const));
    return surveyed(engine, { unit: { segment, lane: 'L', sk }, firstDue }, last);
  };
  return Promise.all([...entries].map(survey));
};

/** All units of a segment, as their logs stand. */
export const surveySegment = async (engine: Engine, segment: Segment): Promise<SurveyedUnit[]> => {
  const [scheduled, late] = await Promise.all([scheduledUnit(engine, segment), lateUnits(engine, segment)]);
  return [...scheduled, ...late];
};
