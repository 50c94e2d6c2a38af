import type { Segment } from '../core/segment/segment-key.ts';
import { parsePartitionKey, partitionKey } from '../core/segment/segment-key.ts';
import type { Engine } from './engine.ts';
import { pagesOf } from './unit-journal.ts';

/*
 * A writer that was stopped for so long that the sweep may have passed its bucket leaves a mark;
 * the tick looks at marked segments until they are settled.
 */
const PK = 'revisit';

/** A segment to look at again; `version` tells this mark from a newer one of the same segment. */
export type RevisitMark = { readonly segment: Segment; readonly version: number };

/** Asks the tick to look at a segment whose bucket it may have found settled already. */
export const markForRevisit = async (engine: Engine, segment: Segment): Promise<void> => {
  const version = engine.clock.now();
  await engine.store.put({ table: 'control', pk: PK, sk: partitionKey(segment), version }, 'any');
};

/** The marked segments. */
export const marksForRevisit = async (engine: Engine): Promise<RevisitMark[]> => {
  const marks: RevisitMark[] = [];
  for await (const page of pagesOf(engine.store, { table: 'control', pk: PK, from: ' ', to: '~' })) {
    for (const item of page.items) {
      const segment = parsePartitionKey(item.sk);
      if (segment) marks.push({ segment, version: item.version });
    }
  }
  return marks;
};

/** Takes a mark back once its segment is settled; a newer mark stays. */
export const unmark = async (engine: Engine, { segment, version }: RevisitMark): Promise<void> => {
  await engine.store.remove({ table: 'control', pk: PK, sk: partitionKey(segment) }, version);
};
