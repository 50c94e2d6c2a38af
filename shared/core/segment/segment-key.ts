import type { EpochMs } from '../time/epoch.ts';
import { epochMs } from '../time/epoch.ts';
import type { Lane, Minute } from './bucket.ts';

/** (timeline, bucket, shard): the unit in which the scheduled lane is worked off. */
export type Segment = { readonly timeline: string; readonly minute: Minute; readonly shard: number };

/** Where an entry lies: its segment and sort key. */
export type EntryAddress = { readonly segment: Segment; readonly sk: string };

/**
 * What one lease covers: the scheduled lane of a segment (`lane` `E`), or one late entry (`L`, named by its sort key).
 * Late entries are units of their own, so one that arrives while a worker holds the segment waits for nobody.
 */
export type Unit =
  | { readonly segment: Segment; readonly lane: 'E' }
  | { readonly segment: Segment; readonly lane: 'L'; readonly sk: string };

/** Keeps `#` and `|` out of a part of a key, so that no two lists of parts join to the same key. */
const escapePart = (part: string): string =>
  /[%#|]/.test(part) ? part.replaceAll('%', '%25').replaceAll('#', '%23').replaceAll('|', '%7C') : part;

const unescapePart = (part: string): string =>
  part.replaceAll('%7C', '|').replaceAll('%23', '#').replaceAll('%25', '%');

/** Above every character that a sort key of ours can hold after a prefix. */
const AFTER_ALL = '~';

const DUE_DIGITS = 15;

export const partitionKey = ({ timeline, minute, shard }: Segment): string =>
  `${escapePart(timeline)}#${minute}#${shard}`;

/** The inverse of `partitionKey`; `undefined` for other text. */
export const parsePartitionKey = (pk: string): Segment | undefined => {
  const [timeline, minute, shard, ...more] = pk.split('#');
  if (timeline === undefined || minute === undefined || shard === undefined || more.length > 0) return undefined;
  if (!/^\d{1,10}$/.test(minute) || !/^\d{1,5}$/.test(shard)) return undefined;
  return { timeline: unescapePart(timeline), minute: Number(minute), shard: Number(shard) };
};

/** The sort key of an entry whose first item is due at `firstDue`; sorts by due time within its lane. */
export const entrySortKey = (lane: Lane, firstDue: EpochMs, entryId: string): string =>
  `${lane}#${String(firstDue).padStart(DUE_DIGITS, '0')}#${entryId}`;

export const parseEntrySortKey = (sk: string): { lane: Lane; firstDue: EpochMs; entryId: string } | undefined => {
  const match = /^([EL])#(\d{15})#([A-Za-z0-9_-]{11})$/.exec(sk);
  if (!match) return undefined;
  return { lane: match[1] as Lane, firstDue: epochMs(Number(match[2])), entryId: match[3] as string };
};

/** The bounds of all entries of a lane. */
export const laneRange = (lane: Lane): { from: string; to: string } => ({
  from: `${lane}#`,
  to: `${lane}#${AFTER_ALL}`,
});

/** The bounds of all that a segment holds: scheduled entries first, then logs, late entries and tombstones. */
export const SEGMENT_ITEMS = { from: 'E#', to: `X#${AFTER_ALL}` } as const;

/** The sort key of the tombstone of a cancelled item. */
export const tombstoneKey = (messageId: string): string => `X#${messageId}`;

export const TOMBSTONES = { from: 'X#', to: `X#${AFTER_ALL}` } as const;

const SEQ_DIGITS = 8;

const logPrefix = (unit: Unit): string => (unit.lane === 'E' ? 'J#E#' : `J#${unit.sk}#`);

/** The sort key of record `seq` of a unit's log. */
export const logKey = (unit: Unit, seq: number): string => logPrefix(unit) + String(seq).padStart(SEQ_DIGITS, '0');

/** The bounds of a unit's log from record `fromSeq` on. */
export const logRange = (unit: Unit, fromSeq = 0): { from: string; to: string } => ({
  from: logKey(unit, fromSeq),
  to: logPrefix(unit) + AFTER_ALL,
});

/** True where `sk` is the sort key of a record of the unit's log. */
export const isLogKeyOf = (unit: Unit, sk: string): boolean => sk.startsWith(logPrefix(unit));

/** The bounds of the logs of all late entries of a segment. */
export const LATE_LOGS = { from: 'J#L#', to: `J#L#${AFTER_ALL}` } as const;

/** The late entry that a log key belongs to. */
export const entryOfLateLogKey = (sk: string): string | undefined =>
  sk.startsWith('J#L#') ? sk.slice(2, sk.lastIndexOf('#')) : undefined;

/** Equal for equal units; unique among all; `parseUnitName` reads it back. */
export const unitName = (unit: Unit): string =>
  unit.lane === 'E' ? partitionKey(unit.segment) : `${partitionKey(unit.segment)}|${unit.sk}`;

/** The inverse of `unitName`; `undefined` for other text. */
export const parseUnitName = (name: string): Unit | undefined => {
  const [pk = '', sk, ...more] = name.split('|');
  const segment = parsePartitionKey(pk);
  if (!segment || more.length > 0) return undefined;
  if (sk === undefined) return { segment, lane: 'E' };
  return parseEntrySortKey(sk)?.lane === 'L' ? { segment, lane: 'L', sk } : undefined;
};
