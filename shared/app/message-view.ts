import type { MessageState, MessageView } from '../core/message/message-view.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import type { EndKind } from '../core/segment/unit-log.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { plusMs } from '../core/time/epoch.ts';
import type { Station } from './message-trail.ts';

const STATE_OF_END: Record<Exclude<EndKind, 'void'>, MessageState> = {
  dead: 'dead',
  cancelled: 'cancelled',
  expired: 'expired',
  unknown: 'unknown',
};

type Progress = Pick<MessageView, 'state' | 'attempts' | 'sentAt' | 'latenessMs' | 'lastError' | 'nextAttemptAt'>;

/** Attempts of earlier stations that ended, and what the last of them said. */
const past = (item: EntryItem): { attempts: number; lastError?: string } => ({
  attempts: (item.attempt ?? 1) - 1,
  ...(item.lastError === undefined ? {} : { lastError: item.lastError }),
});

const isBeingSent = (station: Station, now: EpochMs): boolean => {
  const last = station.log.at(-1);
  return last !== undefined && last.until > now && station.item.dueAt <= now;
};

const undecided = (station: Station, now: EpochMs): Progress => {
  const before = past(station.item);
  if (isBeingSent(station, now)) return { ...before, state: 'sending' };
  return { ...before, state: before.attempts > 0 ? 'retrying' : 'pending', nextAttemptAt: station.item.dueAt };
};

/** Where a message stands after the last station that is stored; `firstDueAt` is when it was due at first. */
export const progressAt = (station: Station, firstDueAt: EpochMs, now: EpochMs): Progress => {
  const { fate, item } = station;
  const attempt = item.attempt ?? 1;
  if (fate.kind === 'undecided') return undecided(station, now);
  if (fate.kind === 'sent') {
    const sent = { sentAt: plusMs(firstDueAt, fate.latenessMs), latenessMs: fate.latenessMs };
    return { ...past(item), state: 'sent', attempts: attempt, ...sent };
  }
  if (fate.kind === 'carried') {
    const error = fate.item.reason ?? item.lastError;
    return {
      state: fate.item.attempt > 1 ? 'retrying' : 'pending',
      attempts: fate.item.attempt - 1,
      nextAttemptAt: fate.item.dueAt,
      ...(error === undefined ? {} : { lastError: error }),
    };
  }
  const { k, attempts, reason } = fate.item;
  const error = reason ?? item.lastError;
  return {
    state: k === 'void' ? 'cancelled' : STATE_OF_END[k],
    attempts,
    ...(error === undefined ? {} : { lastError: error }),
  };
};

export const isTerminal = (state: MessageState): boolean =>
  state !== 'pending' && state !== 'sending' && state !== 'retrying';
