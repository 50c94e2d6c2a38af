import { hash32 } from '../hash.ts';

// Own seeds: with the one that sharding uses, the messages of one shard would crowd in one part of the window.
const HIGH_SEED = 0x73707264;
const LOW_SEED = 0x6d736563;

/**
 * Where in a window of `windowMs` (whole, ≥ 1) a key falls: 0 ≤ result < windowMs, whole milliseconds.
 * Even over many keys, and the same for one key for ever, so that a retried request lands on the same instant.
 */
export const spreadMs = (key: string, windowMs: number): number =>
  // 53 bits, because 32 would leave parts of a window beyond 49 days empty.
  ((hash32(key, HIGH_SEED) >>> 11) * 2 ** 32 + hash32(key, LOW_SEED)) % windowMs;
