import type { Target } from '../core/delivery/target.ts';
import type { EpochMs } from '../core/time/epoch.ts';

/** One attempt to hand one message to its target. */
export type Delivery = {
  readonly messageId: string;
  readonly key?: string;
  /** The body, byte for byte as it was accepted. */
  readonly payload: Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  readonly dueAt: EpochMs;
  /** 1 for the first attempt. */
  readonly attempt: number;
  readonly traceparent?: string;
};

/**
 * How an attempt ended. `sent` only after the target acknowledged. `failed` says whether another attempt makes sense
 * and whether the target may have acted all the same (`effectPossible`: a lost answer, a timeout after the request left).
 * `reason` is a code, never a byte of the payload.
 */
export type Outcome =
  | { readonly kind: 'sent'; readonly status?: number }
  | {
      readonly kind: 'failed';
      readonly retryable: boolean;
      readonly effectPossible: boolean;
      readonly reason: string;
      readonly status?: number;
      /** From `Retry-After`, clamped to [0, 24 h]: the whole target should be left alone for so long. */
      readonly retryAfterMs?: number;
      /** The start of the target's answer, at most 1 KB of text. */
      readonly response?: string;
    };

/** A way for messages to leave. Adapters: http, sqs, sns, eventbridge, lambda, log, none. */
export interface Channel {
  /**
   * Attempts each delivery once, all to one target, and reports each exactly once, synchronously as it ends;
   * resolves when all are reported and never rejects.
   */
  send(
    target: Target,
    deliveries: readonly Delivery[],
    report: (index: number, outcome: Outcome) => void,
  ): Promise<void>;
}
