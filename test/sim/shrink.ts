import type { FaultId } from './fault-table.ts';
import type { Plant } from './plants.ts';
import { runOne } from './pool.ts';
import type { SeedReport } from './world.ts';

/**
 * The smallest set of faults with which a seed still fails: switches off one after the other, from halves to single
 * ones, as long as something of the set can go. The same set always shrinks in the same way.
 */
export const shrinkFaults = async (failed: SeedReport, plant?: Plant): Promise<SeedReport> => {
  let best = failed;
  for (let size = Math.ceil(best.on.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < best.on.length; ) {
      const rest: FaultId[] = best.on.filter((_, n) => n < from || n >= from + size);
      const { report } = await runOne(failed.seed, { only: rest, ...(plant ? { plant } : {}) });
      if (report.violations.length > 0) best = report;
      else from += size;
    }
  }
  return best;
};
