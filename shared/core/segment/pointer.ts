import type { Unit } from './segment-key.ts';
import { parseEntrySortKey, parsePartitionKey, partitionKey } from './segment-key.ts';

/*
 * A pointer is a hint to look at a unit, as JSON: {"v":1,"unit":"send#29712345#3"} for the scheduled lane,
 * with "entry":"L#…" for a late entry. It holds no payload, so losing, doubling or reading one costs nothing.
 */

export const encodePointer = (unit: Unit): string =>
  JSON.stringify({ v: 1, unit: partitionKey(unit.segment), ...(unit.lane === 'L' ? { entry: unit.sk } : {}) });

/** The unit that a queue message names; `undefined` for text that is no pointer (F16). */
export const decodePointer = (body: string): Unit | undefined => {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { v, unit, entry } = value as Record<string, unknown>;
  const segment = v === 1 && typeof unit === 'string' ? parsePartitionKey(unit) : undefined;
  if (!segment) return undefined;
  if (entry === undefined) return { segment, lane: 'E' };
  return typeof entry === 'string' && parseEntrySortKey(entry)?.lane === 'L'
    ? { segment, lane: 'L', sk: entry }
    : undefined;
};
