import { hash32 } from '../../core/hash.ts';
import type { ItemKey } from '../../ports/item-store.ts';

/*
 * Where a process keeps its keys: spread over partitions, and within one in the order of their bytes, so that they can
 * be listed. Names of processes hold no `#`, and a key is the whole rest of a sort key: no two keys share a place.
 */

/** Partitions of a process's keys; stored keys follow from it, so it never changes. */
export const KEY_PARTITIONS = 64;

const PREFIX = 'k';

const MAX_KEY_BYTES = 256;

/** True for what a key may be, wherever it comes from: two keys that are not well-formed would be one in UTF-8 (K4). */
export const isKey = (value: unknown): value is string =>
  typeof value === 'string' && value.isWellFormed() && value !== '' && Buffer.byteLength(value) <= MAX_KEY_BYTES;

export const keyPartition = (process: string, partition: number): string => `p#${process}#${partition}`;

export const placeOfKey = (process: string, key: string): ItemKey => ({
  table: 'keys',
  pk: keyPartition(process, hash32(key) % KEY_PARTITIONS),
  sk: PREFIX + key,
});

export const keyAt = (sk: string): string => sk.slice(PREFIX.length);

/** The bounds of all keys of a partition behind `after`. */
export const keysBehind = (after?: string): { from: string; to: string } => ({
  from: after === undefined ? PREFIX : `${PREFIX}${after}\u0000`,
  to: String.fromCharCode(PREFIX.charCodeAt(0) + 1),
});
