import type { UnitRun } from './unit-run.ts';

const NEVER = Number.POSITIVE_INFINITY;

/** A carried item is stored so long before it comes due: then its new worker is in time. */
const CARRY_AHEAD_MS = 1_000;

/** Carried items that come due soon make records no more often than this. */
const CARRY_EVERY_MS = 250;

/** True where records stay cheap: so many items each, or, for the rest of a burst, so many on the average of the unit. */
const fillsRecord = ({ outbox, tally, deps }: UnitRun): boolean => {
  const { checkpointItems } = deps.engine.timing;
  if (outbox.decisions >= checkpointItems) return true;
  return outbox.decisions > 0 && tally.decisions >= checkpointItems * (tally.records + 1);
};

/** When the next record is due at the latest. */
export const checkpointDue = (run: UnitRun): number => {
  const { outbox, checkpointAt, last } = run;
  const { timing } = run.deps.engine;
  if (outbox.starting.length > 0 || run.sealed.length > 0) return Number.NEGATIVE_INFINITY;
  const enough = fillsRecord(run) ? checkpointAt + timing.checkpointMs : NEVER;
  const carried = Math.max(outbox.firstCarried - CARRY_AHEAD_MS, checkpointAt + CARRY_EVERY_MS);
  return Math.min(last.until - timing.leaseMs / 2, enough, carried);
};
