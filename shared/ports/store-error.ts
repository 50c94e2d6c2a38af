/**
 * Why a store or queue call failed. `UNKNOWN` means that it may have been applied;
 * `THROTTLED` and `UNAVAILABLE` that it was not; `REJECTED` that it never will be.
 */
export type StoreErrorCode = 'THROTTLED' | 'UNAVAILABLE' | 'UNKNOWN' | 'TOO_LARGE' | 'REJECTED';

/** The one error class of the store and queue adapters; the SDK's exceptions are translated where they happen. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly code: StoreErrorCode;

  constructor(code: StoreErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }

  /** True where the same call may succeed later. */
  get retryable(): boolean {
    return this.code === 'THROTTLED' || this.code === 'UNAVAILABLE' || this.code === 'UNKNOWN';
  }
}
