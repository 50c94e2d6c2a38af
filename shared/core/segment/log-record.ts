import { MAX_ENTRY_ITEMS } from './message-id.ts';
import type { LogRecord } from './unit-log.ts';

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Runs of item numbers; unbounded ones would unpack into more memory than there is. */
const isRuns = (runs: unknown): boolean =>
  Array.isArray(runs) &&
  runs.every(
    (value, at) => isCount(value) && (at % 2 === 0 ? value : (runs[at - 1] as number) + value) <= MAX_ENTRY_ITEMS,
  );

const isIndex = (value: unknown): boolean => isCount(value) && value < MAX_ENTRY_ITEMS;

const isListOf = (value: unknown, fits: (part: Record<string, unknown>) => boolean): boolean =>
  value === undefined || (Array.isArray(value) && value.every((part) => isObject(part) && fits(part)));

const isItem = ({ e, i }: Record<string, unknown>): boolean => typeof e === 'string' && isIndex(i);

const isCarry = ({ minute, shard, sk, items }: Record<string, unknown>): boolean =>
  isCount(minute) && isCount(shard) && typeof sk === 'string' && Array.isArray(items) && isListOf(items, isItem);

/** Reads the text of a log record; `undefined` for what has not the form of one (F51). Fields that are new are kept. */
export const parseLogRecord = (text: string): LogRecord | undefined => {
  let record: unknown;
  try {
    record = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isObject(record)) return undefined;
  const { seq, epoch, at, until, confirmed, nonce, owner, ledger, settled } = record;
  const holds =
    isCount(seq) &&
    isCount(epoch) &&
    isCount(until) &&
    Number.isSafeInteger(at) &&
    Number.isSafeInteger(confirmed) &&
    typeof nonce === 'string' &&
    typeof owner === 'string' &&
    isObject(ledger) &&
    typeof settled === 'boolean' &&
    isListOf(record.started, ({ e, i }) => typeof e === 'string' && isRuns(i)) &&
    isListOf(record.sent, ({ e, i, l }) => typeof e === 'string' && isRuns(i) && Array.isArray(l)) &&
    isListOf(record.ended, isItem) &&
    isListOf(record.carries, isCarry);
  return holds ? (record as LogRecord) : undefined;
};
