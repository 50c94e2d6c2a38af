import type { Timeline } from '../core/segment/timeline.ts';
import type { Timing } from '../core/segment/timing.ts';
import type { Clock } from '../ports/clock.ts';
import type { ItemStore } from '../ports/item-store.ts';
import type { PointerQueue } from '../ports/pointer-queue.ts';
import type { Telemetry } from '../ports/telemetry.ts';
import type { LedgerBook } from './ledger-book.ts';

/** What every use case of the segment engine stands on. */
export type Engine = {
  /** Whose buckets these are: `send` has messages, `process` the timers of process functions. */
  readonly timeline: Timeline;
  readonly store: ItemStore;
  readonly queue: PointerQueue;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
  readonly ledgers: LedgerBook;
  readonly timing: Timing;
  /** Segments per bucket for new entries, 1–65535. */
  readonly shards: number;
  /** How long stored items outlive their due time. */
  readonly retentionMs: number;
  /** This process's name in leases; unique among all that ever ran. */
  readonly owner: string;
  /** Owners that are known to have ended. */
  readonly isDead: (owner: string) => boolean;
  /** How far this clock is ahead of the store's (negative: behind), as the last answer showed. */
  readonly skewMs?: () => number;
  /** A new unguessable name at every call. */
  readonly nonce: () => string;
};
