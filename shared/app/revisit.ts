import { startOf } from '../core/segment/bucket.ts';
import type { Unit } from '../core/segment/segment-key.ts';
import { parseUnitName, unitName } from '../core/segment/segment-key.ts';
import type { Item } from '../ports/item-store.ts';
import type { Engine } from './engine.ts';
import { readSealed, sealJson } from './sealed-text.ts';
import { eachPage, readLog } from './unit-journal.ts';

/*
 * A writer that was stopped for so long that the sweep may have passed its bucket leaves a mark on the unit; the tick
 * looks at marked units until they are settled, and counts what the sweep has not. A log does not say how much of it the
 * sweep has counted, so whoever still can tell writes it down:
 *
 *   the tick that passes a bucket   of units that are marked by then, with the cursor, in one write
 *   who finds a mark without it     while nothing was announced behind the sweep: the log as it is. Writers put the mark
 *                                   before they raise the cursor's version, and see to its figure before they announce.
 *   the tick that closes a mark     for writers that renew it, however much later
 */
const PK = 'revisit';

/** How far units are counted whose marks are gone, for as long as their logs are kept. */
const COUNTED_PK = 'revisited';

/** A log is kept a little longer than what it tells of. */
const KEPT_LONGER_MS = 3_600_000;

/**
 * A unit to look at again. Its log was in the settled totals through record `counted` (−1 for nothing of it) when it was
 * marked, where that is known yet; `version` tells this mark from one that was renewed meanwhile.
 */
export type RevisitMark = { readonly unit: Unit; readonly counted: number | undefined; readonly version: number };

type StoredCount = { readonly counted?: number };

const keyOf = (unit: Unit) => ({ table: 'control', pk: PK, sk: unitName(unit) }) as const;

const countedKeyOf = (unit: Unit) => ({ table: 'control', pk: COUNTED_PK, sk: unitName(unit) }) as const;

/** Where the figure is damaged it counts as unknown: the counts may be wrong then, and the unit is looked at all the same (F51). */
const toMark = (unit: Unit, item: Item): RevisitMark => ({
  unit,
  counted: readSealed<StoredCount>(item)?.counted,
  version: item.version,
});

/** Puts a mark over the one that was read; a new one starts at a version that none before it had. */
const putMark = async (engine: Engine, unit: Unit, there: Item | undefined, count: StoredCount): Promise<boolean> => {
  const version = (there?.version ?? engine.clock.now()) + 1;
  const item = { ...keyOf(unit), version, doc: sealJson(keyOf(unit), count) };
  return (await engine.store.put(item, there?.version ?? 'absent')) === 'stored';
};

/**
 * Asks the tick to look at a unit once the sweep has passed its bucket. A mark that is there keeps its figure; renewed, it
 * gets a new version, so that a tick that has just dealt with it does not take it away.
 */
export const markForRevisit = async (engine: Engine, unit: Unit, renew: boolean): Promise<void> => {
  for (;;) {
    const there = await engine.store.get(keyOf(unit));
    if (there && !renew) return;
    if (await putMark(engine, unit, there, (there && readSealed<StoredCount>(there)) ?? {})) return;
  }
};

/**
 * The mark of a unit with its figure, found in the log where it has none: nothing was announced behind the sweep as long
 * as it has none, so the sweep counted what is settled. `undefined` where the mark is gone.
 */
export const markWithCount = async (engine: Engine, unit: Unit): Promise<RevisitMark | undefined> => {
  for (;;) {
    const there = await engine.store.get(keyOf(unit));
    const mark = there && toMark(unit, there);
    if (!mark || mark.counted !== undefined) return mark;
    const counted = (await readLog(engine.store, unit)).findLast(({ settled }) => settled)?.seq ?? -1;
    await putMark(engine, unit, there, { counted });
  }
};

/** The marked units of the engine's timeline. */
export const marksForRevisit = async (engine: Engine): Promise<RevisitMark[]> => {
  const marks: RevisitMark[] = [];
  await eachPage(engine.store, { table: 'control', pk: PK, from: ' ', to: '~' }, ({ items }) => {
    for (const item of items) {
      const unit = parseUnitName(item.sk);
      if (unit?.segment.timeline === engine.timeline) marks.push(toMark(unit, item));
    }
  });
  return marks;
};

const keptCount = async (engine: Engine, unit: Unit) => {
  const item = await engine.store.get(countedKeyOf(unit));
  return { version: item?.version, counted: item && readSealed<StoredCount>(item)?.counted };
};

/**
 * Through which record a marked unit is in the totals: as a tick noted it, with the cursor (`noted`) or when it closed an
 * earlier mark; else as the mark has it.
 */
export const countedThrough = async (engine: Engine, mark: RevisitMark, noted: number | undefined): Promise<number> => {
  const { counted: kept } = await keptCount(engine, mark.unit);
  if (noted === undefined && kept === undefined) return mark.counted ?? -1;
  return Math.max(noted ?? -1, kept ?? -1);
};

/** Keeps how far a unit is counted; a tick that comes late with less changes nothing. */
const keepCount = async (engine: Engine, unit: Unit, counted: number): Promise<void> => {
  const key = countedKeyOf(unit);
  const expiresAt = Math.ceil((startOf(unit.segment.minute) + engine.retentionMs + KEPT_LONGER_MS) / 1000);
  for (;;) {
    const there = await keptCount(engine, unit);
    if ((there.counted ?? -1) >= counted) return;
    const item = { ...key, version: (there.version ?? 0) + 1, doc: sealJson(key, { counted }), expiresAt };
    if ((await engine.store.put(item, there.version ?? 'absent')) === 'stored') return;
  }
};

/** Takes a mark back once its unit is settled and in the totals through `counted`; one that was renewed meanwhile stays. */
export const closeMark = async (engine: Engine, { unit, version }: RevisitMark, counted: number): Promise<void> => {
  await keepCount(engine, unit, counted);
  await engine.store.remove(keyOf(unit), version);
};
