import type { Segment } from '../../core/segment/segment-key.ts';
import { partitionKey, TOMBSTONES } from '../../core/segment/segment-key.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { clockIsOff } from '../clock-check.ts';
import type { Engine } from '../engine.ts';
import { eachPage } from '../unit-journal.ts';

/** The cancelled messages of a segment, as a read found them that began at `readAt`. */
export type Tombstones = { readonly ids: ReadonlySet<string>; readonly readAt: EpochMs };

/** Reads tombstones for all units of a process. */
export type TombstoneReader = { of(segment: Segment): Promise<Tombstones> };

/** A read that began so recently serves another unit too: a herd of late messages is many units of one segment. */
const SHARED_MS = 100;

export const makeTombstoneReader = (engine: Engine): TombstoneReader => {
  const reads = new Map<string, { readonly readAt: EpochMs; readonly found: Promise<Tombstones> }>();

  const read = async (pk: string, readAt: EpochMs): Promise<Tombstones> => {
    const ids = new Set<string>();
    await eachPage(engine.store, { table: 'segments', pk, ...TOMBSTONES }, ({ items }) => {
      for (const { sk } of items) ids.add(sk.slice(TOMBSTONES.from.length));
    });
    return { ids, readAt };
  };

  /** Forgets those of the future too: by a clock that was ahead then, and nobody knows how old they are (F36). */
  const forgetOld = (now: EpochMs): void => {
    for (const [pk, { readAt }] of reads) if (now < readAt || now - readAt > SHARED_MS) reads.delete(pk);
  };

  return {
    of: (segment) => {
      const now = engine.clock.now();
      const pk = partitionKey(segment);
      forgetOld(now);
      const shared = reads.get(pk);
      if (shared) return shared.found;
      const found = read(pk, now);
      reads.set(pk, { readAt: now, found });
      // Where it fails, whoever waits for it is told, and the next unit reads anew. So it does where the clock was wrong.
      const forget = (): boolean => reads.delete(pk);
      found.then(() => (clockIsOff(engine) || engine.clock.now() < now) && forget(), forget);
      return found;
    },
  };
};
