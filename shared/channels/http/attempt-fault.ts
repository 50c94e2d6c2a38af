import type { FaultReason } from '../../core/delivery/outcome.ts';

/** A fault that we raise ourselves during an attempt; its reason is known already. */
export class AttemptFault extends Error {
  override readonly name = 'AttemptFault';
  readonly reason: FaultReason;

  constructor(reason: FaultReason, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.reason = reason;
  }
}
