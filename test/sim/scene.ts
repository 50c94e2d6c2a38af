import { beforeClockChange } from './clock-change.ts';
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
  /** Nothing here makes anything late. */
  readonly mild: boolean;
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

/** So many that no hint waits for a free one. */
const SENDERS_ENOUGH = 16;

/** Longer than the longest outage with all that follows from it. */
const KEPT_MS = 3 * HOUR_MS;

/** By then everything that is kept for so long has expired. */
const RETURN_AFTER_MS = 5 * HOUR_MS;

/** The share of the faults that a world has. */
const SWITCHED_ON = 0.3;

/** Worlds in which hours pass until everything has expired take three times as long as others. */
const RARE: ReadonlySet<FaultId> = new Set(['F34', 'F35']);

/** Faults that make nothing late that was accepted in time, or by no more than a tick was late (P7). */
const MILD: ReadonlySet<FaultId> = new Set([
  ...(['F01', 'F02', 'F03', 'F07', 'F09', 'F16', 'F17', 'F20', 'F27', 'F31', 'F32'] as const),
  ...(['F34', 'F35', 'F37', 'F38', 'F39', 'F43', 'F45', 'F46', 'F50', 'F51'] as const),
]);

/** One world in twelve has no faults and one in six only mild ones: what they promise is stricter. */
const chooseFaults = (dice: Dice): { on: Set<FaultId>; mild: boolean } => {
  const kind = dice.int(1, 12);
  const mild = kind <= 3;
  const share = kind === 1 ? 0 : SWITCHED_ON;
  // Hints that are refused are sent by the next tick; with skipped ticks besides, it may be one too many.
  const refused = mild && dice.chance(0.3);
  const drawn = FAULT_IDS.filter(
    (id) => (!mild || MILD.has(id)) && dice.fork(id).chance(RARE.has(id) ? share / 3 : share),
  );
  const on = new Set<FaultId>(refused ? [...drawn, 'F06'] : drawn);
  if (on.has('F37')) on.delete('F38');
  // The version before told by its clock what it had replaced, so that an hour's jump is more than its records bear.
  if (on.has('F36')) on.delete('F39');
  if (mild && (on.has('F06') || on.has('F07'))) for (const skipped of ['F01', 'F02'] as const) on.delete(skipped);
  return { on, mild };
};

/** Monday morning, the last minutes of a year, or right before clocks are set. */
const startOf = (dice: Dice, on: ReadonlySet<FaultId>): number => {
  const usual = on.has('F37') ? Date.UTC(2026, 11, 31, 23, 50) : Date.UTC(2026, 10, 23, 8, 0);
  const day = on.has('F38') ? beforeClockChange(dice.fork('clocks')) : usual;
  return day + dice.int(0, 2 * MINUTE_MS);
};

/** The world of a seed, with the faults that it drew or with others. */
export const makeScene = (seed: number, only?: ReadonlySet<FaultId>): Scene => {
  const dice = makeDice(seed);
  const { on: drawn, mild } = chooseFaults(dice.fork('faults'));
  const on = only ?? drawn;
  const size = dice.fork('size');
  const start = startOf(size, on);
  const timeoutMs = size.pick([30_000, 60_000, 180_000]);
  const expires = on.has('F34') || on.has('F35');
  const calmFrom = start + size.int(6, 10) * MINUTE_MS;
  const visibilityMs = on.has('F11') ? size.int(2_000, 20_000) : 6 * timeoutMs;
  return {
    seed,
    dice,
    on,
    mild,
    start,
    calmFrom,
    shards: size.pick([1, 2, 2, 3]),
    senders: mild ? SENDERS_ENOUGH : size.int(1, 4),
    apis: size.int(1, 3),
    timeoutMs,
    visibilityMs,
    latencyMs: size.pick([2, 8, 20]),
    retentionMs: expires ? KEPT_MS : 14 * 24 * HOUR_MS,
    returnAt: expires ? calmFrom + RETURN_AFTER_MS + size.int(0, HOUR_MS) : Number.POSITIVE_INFINITY,
  };
};
