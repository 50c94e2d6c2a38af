import type { EpochMs } from '../core/time/epoch.ts';

/** A message that ended and was neither sent nor cancelled; never a byte of its payload (P23). */
export type FinalOutcome = {
  readonly kind: 'dead' | 'expired' | 'unknown';
  readonly id: string;
  readonly key?: string;
  readonly target: string;
  /** A code. */
  readonly reason: string;
  readonly attempts: number;
  readonly dueAt: EpochMs;
  readonly at: EpochMs;
};

/** Tells others of messages that ended, in any order. Adapters: EventBridge; none on a laptop. */
export interface OutcomeBus {
  /** Publishes all within seconds; gives how many were certainly or possibly not taken. Never rejects. */
  publish(outcomes: readonly FinalOutcome[]): Promise<number>;
}
