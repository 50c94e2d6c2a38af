import type { Issue } from '../../core/problem.ts';
import type { ApiLimits } from '../limits.ts';
import type { ScanFault } from './value.ts';

const CODES: Readonly<Record<ScanFault, string>> = {
  malformed: 'MALFORMED_JSON',
  'not-an-object': 'NOT_AN_OBJECT',
  'not-an-array': 'NOT_AN_OBJECT',
  'too-deep': 'TOO_DEEP',
  'too-many-keys': 'TOO_MANY_KEYS',
};

const DETAILS: Readonly<Record<ScanFault, (limits: ApiLimits) => string>> = {
  malformed: () =>
    'The text is no JSON (RFC 8259): look for a missing end, a comma too many, single quotes or comments.',
  'not-an-object': () => 'The text is JSON, but no object.',
  'not-an-array': () => 'The text is JSON, but neither an object nor an array.',
  'too-deep': ({ depth }) =>
    `Objects and arrays are more than ${depth} deep; send flatter JSON, or deep parts as text.`,
  'too-many-keys': ({ keys }) => `An object has more than ${keys} members; use an array, or split it.`,
};

/** What is wrong with a text that the scanner refused. */
export const faultIssue = (fault: ScanFault, limits: ApiLimits): Issue => ({
  pointer: '',
  code: CODES[fault],
  detail: DETAILS[fault](limits),
});
