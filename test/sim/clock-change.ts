import { resolveLocalTime } from '../../shared/core/time/local-time.ts';
import { parseTimeZone } from '../../shared/core/time/zone.ts';
import type { Dice } from './dice.ts';

const HOUR_MS = 3_600_000;

/** A local time as a user writes it. */
export type LocalWish = {
  readonly local: string;
  readonly gap?: 'later' | 'earlier';
  readonly overlap?: 'later' | 'earlier';
};

const TIME_ZONE = 'America/New_York';

/** When clocks are set, and how far they are from UTC before and after, hours. */
type Change = { readonly at: number; readonly before: number; readonly after: number };

/** Those of New York. */
const CHANGES: readonly [Change, ...Change[]] = [
  { at: Date.UTC(2026, 10, 1, 6), before: -4, after: -5 },
  { at: Date.UTC(2027, 2, 14, 7), before: -5, after: -4 },
];

const MINUTES_BEFORE = 10;

/** Ten minutes before clocks are set, one way or the other. */
export const beforeClockChange = (dice: Dice): number => dice.pick(CHANGES).at - MINUTES_BEFORE * 60_000;

const wall = (at: number, offsetHours: number): string =>
  new Date(at + offsetHours * HOUR_MS).toISOString().slice(0, 23);

/** A local time that means this instant: in an hour that comes twice, or as one that clocks jump over. */
export const localWishFor = (at: number, dice: Dice): LocalWish | undefined => {
  const change = CHANGES.find((one) => Math.abs(one.at - at) < HOUR_MS);
  if (!change) return undefined;
  const isAfter = at >= change.at;
  const side = isAfter ? 'later' : 'earlier';
  const offset = isAfter ? change.after : change.before;
  if (change.after < change.before) return { local: wall(at, offset), overlap: side };
  const jumped = isAfter ? change.before : change.after;
  return dice.chance(0.5) ? { local: wall(at, jumped), gap: side } : { local: wall(at, offset) };
};

/** The instant that a local time means, as the API resolves it. */
export const resolveLocalWish = ({ local, gap, overlap }: LocalWish): number => {
  const zone = parseTimeZone(TIME_ZONE);
  const resolved = zone.ok ? resolveLocalTime(local, zone.value, { gap, overlap }) : zone;
  return resolved.ok ? resolved.value : Number.NaN;
};
