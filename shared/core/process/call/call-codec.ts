import type { Data } from '../data.ts';
import type { CallOutcome, FailedCall, PendingCall } from './pending-call.ts';

type Common = readonly [call: string, version: number, n: number, request: Data, attempts: number];

export type StoredCall = readonly [
  ...common: Common,
  calledAt: number,
  startAt: number,
  watermark: number,
  timestamp: number | null,
  emitAt: number | null,
  outcome: null | readonly ['ok', Data] | readonly ['failed', string],
];

export type StoredFailedCall = readonly [...common: Common, timestamp: number | null, reason: string];

export const storeCall = (pending: PendingCall): StoredCall => {
  const { call, version, n, request, attempts, calledAt, startAt, watermark, timestamp, emitAt } = pending;
  const outcome = storeOutcome(pending.outcome);
  return [call, version, n, request, attempts, calledAt, startAt, watermark, timestamp, emitAt, outcome];
};

export const readCall = (stored: StoredCall): PendingCall => {
  const [call, version, n, request, attempts, calledAt, startAt, watermark, timestamp, emitAt, outcome] = stored;
  return {
    ...{ call, version, n, request, attempts, calledAt, startAt, watermark, timestamp, emitAt },
    outcome: readOutcome(outcome),
  };
};

export const storeFailedCall = (failed: FailedCall): StoredFailedCall => {
  const { call, version, n, request, attempts, timestamp, reason } = failed;
  return [call, version, n, request, attempts, timestamp, reason];
};

export const readFailedCall = (stored: StoredFailedCall): FailedCall => {
  const [call, version, n, request, attempts, timestamp, reason] = stored;
  return { call, version, n, request, attempts, timestamp, reason };
};

export const isStoredCall = (stored: unknown): boolean =>
  Array.isArray(stored) &&
  stored.length === 11 &&
  isCommon(stored) &&
  stored.slice(5, 8).every(Number.isSafeInteger) &&
  stored.slice(8, 10).every(isTime) &&
  isOutcome(stored[10]);

export const isStoredFailedCall = (stored: unknown): boolean =>
  Array.isArray(stored) &&
  stored.length === 7 &&
  isCommon(stored) &&
  isTime(stored[5]) &&
  typeof stored[6] === 'string';

const storeOutcome = (outcome: CallOutcome | null): StoredCall[10] => {
  if (outcome === null) return null;
  return 'ok' in outcome ? ['ok', outcome.ok] : ['failed', outcome.failed];
};

const readOutcome = (stored: StoredCall[10]): CallOutcome | null => {
  if (stored === null) return null;
  return stored[0] === 'ok' ? { ok: stored[1] } : { failed: stored[1] };
};

const isCommon = (stored: readonly unknown[]): boolean =>
  typeof stored[0] === 'string' && [stored[1], stored[2], stored[4]].every((count) => isCount(count));

const isCount = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0;

const isTime = (value: unknown): boolean => value === null || Number.isSafeInteger(value);

const isOutcome = (stored: unknown): boolean => {
  if (stored === null) return true;
  if (!Array.isArray(stored) || stored.length !== 2) return false;
  return stored[0] === 'ok' || (stored[0] === 'failed' && typeof stored[1] === 'string');
};
