import type { Dice } from './dice.ts';
import { makeDice } from './dice.ts';
import type { FaultId } from './fault-table.ts';
import { FAULT_IDS } from './fault-table.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The size of one world, all from its seed. */
export type Scene = {
  readonly seed: number;
  readonly dice: Dice;
  readonly on: ReadonlySet<FaultId>;
  readonly start: number;
  /** Until then users come and faults strike; then all is calm. */
  readonly calmFrom: number;
  readonly shards: number;
  readonly senders: number;
  readonly apis: number;
  readonly timeoutMs: number;
  readonly visibilityMs: number;
  readonly latencyMs: number;
  readonly retentionMs: number;
  /** When the users come back to a world whose items have expired; infinity where they do not. */
  readonly returnAt: number;
};

/** Longer than the longest outage with all that follows from it. */
const KEPT_MS = 8 * HOUR_MS;

/** By then everything that is kept for so long has expired. */
const RETURN_AFTER_MS = 14 * HOUR_MS;

/** The share of the faults that a world has. */
const SWITCHED_ON = 0.3;

const chooseFaults = (dice: Dice): Set<FaultId> => {
  // One world in twelve has none: the promises of a day without faults are stricter.
  const share = dice.chance(1 / 12) ? 0 : SWITCHED_ON;
  return new Set(FAULT_IDS.filter((id) => dice.fork(id).chance(share)));
};

/** Monday morning, or the last minutes of a year. */
const startOf = (dice: Dice, on: ReadonlySet<FaultId>): number => {
  const day = on.has('F37') ? Date.UTC(2026, 11, 31, 23, 50) : Date.UTC(2026, 10, 23, 8, 0);
  return day + dice.int(0, 2 * MINUTE_MS);
};

/** The world of a seed, with the faults that it drew or with fewer. */
export const makeScene = (seed: number, only?: ReadonlySet<FaultId>): Scene => {
  const dice = makeDice(seed);
  const drawn = chooseFaults(dice.fork('faults'));
  const on = only ? new Set([...drawn].filter((id) => only.has(id))) : drawn;
  const size = dice.fork('size');
  const start = startOf(size, on);
  const timeoutMs = size.pick([30_000, 60_000, 180_000]);
  const expires = on.has('F34') || on.has('F35');
  const calmFrom = start + size.int(8, 16) * MINUTE_MS;
  const visibilityMs = on.has('F11') ? size.int(2_000, 20_000) : 6 * timeoutMs;
  return {
    seed,
    dice,
    on,
    start,
    calmFrom,
    shards: size.int(1, 3),
    senders: size.int(1, 4),
    apis: size.int(1, 3),
    timeoutMs,
    visibilityMs,
    latencyMs: size.pick([2, 8, 20]),
    retentionMs: expires ? KEPT_MS : 14 * 24 * HOUR_MS,
    returnAt: expires ? calmFrom + RETURN_AFTER_MS + size.int(0, 24 * HOUR_MS) : Number.POSITIVE_INFINITY,
  };
};
