import { DamagedRecord } from '../../shared/app/damaged-record.ts';
import { Problem } from '../../shared/core/problem.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import type { LogFields } from '../../shared/ports/telemetry.ts';

/*
 * What code of ours may end with. Anything else is a mistake: it would be answered as a failure that nobody foresaw, or
 * hide in a log, and all that it keeps from happening would look like the work of a fault.
 */

export const isForeseen = (error: unknown): boolean =>
  error instanceof Problem || error instanceof StoreError || error instanceof DamagedRecord;

/** `thrown undefined` is what a channel throws (F18). */
const NAMES = new Set(['DamagedRecord', 'Problem', 'ProcessError', 'StoreError', 'TimeoutError', 'thrown undefined']);

/** True for a note of no error, or of one that is foreseen. */
export const isForeseenNote = (fields: LogFields | undefined): boolean =>
  fields?.error === undefined || NAMES.has(String(fields.error));
