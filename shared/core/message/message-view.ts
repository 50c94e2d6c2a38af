import type { EpochMs } from '../time/epoch.ts';
import type { ZoneResolution } from './new-message.ts';

export type MessageState = 'pending' | 'sending' | 'retrying' | 'sent' | 'dead' | 'cancelled' | 'expired' | 'unknown';

/** Where one message stands, as the API shows it. */
export type MessageView = {
  readonly id: string;
  readonly key?: string;
  readonly ref?: string;
  readonly state: MessageState;
  readonly target: string;
  readonly dueAt: EpochMs;
  readonly zone?: ZoneResolution;
  /** Attempts that ended so far. */
  readonly attempts: number;
  readonly sentAt?: EpochMs;
  readonly latenessMs?: number;
  /** A code such as `HTTP_500`; never a byte of the payload. */
  readonly lastError?: string;
  readonly nextAttemptAt?: EpochMs;
};

/** One decision about a message, in the order in which it was taken. */
export type Decision = {
  readonly step: string;
  readonly at?: EpochMs;
  readonly detail: Readonly<Record<string, unknown>>;
};
