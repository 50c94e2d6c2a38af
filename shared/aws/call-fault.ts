import type { EntryFault } from '../ports/batch-sender.ts';
import { toStoreError } from './service-error.ts';

/** What the error of a call says of all that was in it. */
export const callFault = (error: unknown, operation: string): EntryFault['reason'] => {
  const { code } = toStoreError(error, operation);
  if (code === 'REJECTED' || code === 'TOO_LARGE') return 'refused';
  return code === 'UNKNOWN' ? 'unknown' : 'unavailable';
};
