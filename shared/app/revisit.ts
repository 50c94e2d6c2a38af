import type { Unit } from '../core/segment/segment-key.ts';
import { parseUnitName, unitName } from '../core/segment/segment-key.ts';
import type { Item } from '../ports/item-store.ts';
import type { Engine } from './engine.ts';
import { readSealed, sealJson } from './sealed-text.ts';
import { pagesOf } from './unit-journal.ts';

/*
 * A writer that was stopped for so long that the sweep has passed its bucket leaves a mark on the unit;
 * the tick looks at marked units until they are settled, and counts what the sweep has not.
 */
const PK = 'revisit';

/**
 * A unit to look at again. Its log is in the settled totals through record `counted` (−1 for nothing of it);
 * `version` tells this mark from one that was renewed meanwhile.
 */
export type RevisitMark = { readonly unit: Unit; readonly counted: number; readonly version: number };

type StoredMark = { readonly counted: number };

const keyOf = (unit: Unit) => ({ table: 'control', pk: PK, sk: unitName(unit) }) as const;

/** Nothing where the figure is damaged: the counts may be wrong then, and the unit is looked at all the same (F51). */
const countedIn = (item: Item): number => readSealed<StoredMark>(item)?.counted ?? -1;

/**
 * Asks the tick to look at a unit of a bucket that the sweep has passed. A mark that is there keeps its `counted`, and
 * gets a new version, so that a tick that has just dealt with it does not take it away.
 */
export const markForRevisit = async (engine: Engine, unit: Unit, counted: number): Promise<void> => {
  for (;;) {
    const there = await engine.store.get(keyOf(unit));
    const version = (there?.version ?? 0) + 1;
    const doc = there?.doc ?? sealJson(keyOf(unit), { counted } satisfies StoredMark);
    if ((await engine.store.put({ ...keyOf(unit), version, doc }, there?.version ?? 'absent')) === 'stored') return;
  }
};

/** The marked units of the engine's timeline. */
export const marksForRevisit = async (engine: Engine): Promise<RevisitMark[]> => {
  const marks: RevisitMark[] = [];
  for await (const page of pagesOf(engine.store, { table: 'control', pk: PK, from: ' ', to: '~' })) {
    for (const item of page.items) {
      const unit = parseUnitName(item.sk);
      if (unit?.segment.timeline === engine.timeline)
        marks.push({ unit, counted: countedIn(item), version: item.version });
    }
  }
  return marks;
};

/** Takes a mark back once its unit is settled and counted; one that was renewed meanwhile stays. */
export const unmark = async (engine: Engine, { unit, version }: RevisitMark): Promise<void> => {
  await engine.store.remove(keyOf(unit), version);
};
