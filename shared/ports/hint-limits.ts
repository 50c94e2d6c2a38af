import type { Hint } from './pointer-queue.ts';
import { StoreError } from './store-error.ts';

/** SQS delays a message by at most fifteen minutes. */
const MAX_DELAY_SECONDS = 900;

/** Throws `REJECTED` for a hint that no adapter can carry. */
export function checkHint(hint: Hint): void {
  const { delaySeconds, body } = hint;
  if (!Number.isInteger(delaySeconds) || delaySeconds < 0 || delaySeconds > MAX_DELAY_SECONDS) {
    throw new StoreError(
      'REJECTED',
      `The delay of a hint is ${delaySeconds} s; give whole seconds from 0 to ${MAX_DELAY_SECONDS}.`,
    );
  }
  if (body === '') throw new StoreError('REJECTED', 'The body of a hint is empty; give it at least one character.');
}
