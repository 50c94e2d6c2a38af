import type { BaseIssue } from 'valibot';
import { quoted } from '../../core/quoted.ts';

/** A value of outside input in a sentence of ours: text quoted and cut short, structures by their kind and length only. */
export const shown = (value: unknown): string => {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty array' : `an array of ${value.length}`;
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
};

/**
 * The message of a schema: a stable code, the value, what is allowed. `check.ts` takes it apart again.
 * The sentence goes on behind the value: `says('INVALID_ID', 'is no id: …')`.
 */
export const says =
  (code: string, sentence: string) =>
  (issue: BaseIssue<unknown>): string =>
    `${code} ${shown(issue.input)} ${sentence}`;
