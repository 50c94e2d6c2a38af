import type { DeliveryGuarantee } from '../delivery/target.ts';
import type { EpochMs } from '../time/epoch.ts';

/** How a due time was found from a wall-clock time, kept for answers and `explain`. */
export type ZoneResolution = {
  /** The canonical IANA name. */
  readonly timeZone: string;
  /** As given, e.g. `2026-11-22T09:00`. */
  readonly local: string;
  /** The tz database that was used, e.g. `2026c`. */
  readonly tzVersion: string;
};

/** A message that passed validation, its instant resolved; what the intake takes. */
export type NewMessage = {
  readonly target: string;
  /** Resolved and spread; at most `pastGrace` before the time of acceptance, which then counts. */
  readonly dueAt: EpochMs;
  /** The payload's JSON text exactly as it was sent. */
  readonly payload: string;
  /** The caller's own name for a message of a bulk (`id` in its line). */
  readonly ref?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** No attempt starts after this instant (P8). */
  readonly notAfter?: EpochMs;
  readonly onMissed?: 'send' | 'skip';
  readonly delivery?: DeliveryGuarantee;
  readonly traceparent?: string;
  readonly zone?: ZoneResolution;
  /** What was asked for, where that had passed and the time of acceptance took its place. */
  readonly requestedAt?: EpochMs;
  /** The instant before the spread moved it, where a spread was asked for. */
  readonly unspreadAt?: EpochMs;
};
