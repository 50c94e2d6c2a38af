import { hash } from 'node:crypto';
import { toBase64Url } from '../core/base64url.ts';

/** The 64-bit id of an entry, from everything that makes it the same entry; 11 characters. */
export const entryIdOf = (...identity: readonly (string | number)[]): string =>
  toBase64Url(hash('sha256', JSON.stringify(identity), 'buffer').subarray(0, 8));
