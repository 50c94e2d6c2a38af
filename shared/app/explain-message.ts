import type { Decision, MessageView } from '../core/message/message-view.ts';
import { Problem } from '../core/problem.ts';
import { closeOf, startOf } from '../core/segment/bucket.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import type { LogRecord } from '../core/segment/unit-log.ts';
import { formatInstant } from '../core/time/instant.ts';
import type { Engine } from './engine.ts';
import type { FoundMessage } from './find-message.ts';
import { findMessage } from './find-message.ts';
import type { Station } from './message-trail.ts';

const LANE_NAME = { E: 'scheduled', L: 'late' } as const;

/** How the due time was found. */
const resolved = (item: Pick<EntryItem, 'zone' | 'unspreadAt' | 'requestedAt' | 'dueAt'>): Decision[] => {
  const { zone, unspreadAt, requestedAt, dueAt } = item;
  const asked = requestedAt ?? unspreadAt ?? dueAt;
  const at = formatInstant(asked);
  const decisions: Decision[] = zone
    ? [{ step: 'resolved', detail: { ...zone, at } }]
    : [{ step: 'requested', detail: { at } }];
  if (requestedAt !== undefined) return [...decisions, { step: 'past-due', detail: { at: formatInstant(dueAt) } }];
  if (unspreadAt === undefined) return decisions;
  return [...decisions, { step: 'spread', detail: { byMs: dueAt - unspreadAt, at: formatInstant(dueAt) } }];
};

const placed = (engine: Engine, { unit, address, index, item }: Station): Decision => {
  const { minute, shard } = address.segment;
  const bucket = formatInstant(startOf(minute));
  const closes = formatInstant(closeOf(minute, engine.timing));
  const place = { bucket, closes, shard, lane: LANE_NAME[unit.lane], entry: address.sk, index };
  return {
    step: 'placed',
    detail: { ...place, dueAt: formatInstant(item.dueAt), attempt: item.attempt ?? 1, paced: item.paced ?? false },
  };
};

/** The leases under which the unit was worked off, in order. */
const leased = (log: readonly LogRecord[]): Decision[] => {
  const first = log.filter((record, n) => record.epoch > 0 && record.epoch !== log[n - 1]?.epoch);
  return first.map(({ at, epoch, owner, until }) => ({
    step: 'leased',
    at,
    detail: { epoch, owner, until: until > 0 ? formatInstant(until as typeof at) : null },
  }));
};

const decided = ({ fate }: Station): Decision[] => {
  if (fate.kind === 'undecided') return [];
  if (fate.kind === 'sent') return [{ step: 'sent', at: fate.at, detail: { latenessMs: fate.latenessMs } }];
  if (fate.kind === 'ended') {
    const { k, attempts, reason, status } = fate.item;
    return [{ step: k, at: fate.at, detail: { attempts, reason: reason ?? null, status: status ?? null } }];
  }
  const { attempt, dueAt, reason, status } = fate.item;
  const step = reason === undefined ? 'deferred' : 'attempt-failed';
  const detail = { nextAttempt: attempt, nextAt: formatInstant(dueAt), reason: reason ?? null, status: status ?? null };
  return [{ step, at: fate.at, detail }];
};

const cancelled = ({ record, view }: FoundMessage): Decision[] => {
  if (view.state !== 'cancelled') return [];
  // The message of a key that is no longer the key's message made way for another.
  if (view.key !== undefined && !record) return [{ step: 'replaced', detail: { key: view.key } }];
  return [{ step: 'cancel-requested', ...(record?.cancelledAt ? { at: record.cancelledAt } : {}), detail: {} }];
};

/** Every decision about a message, in order. Throws Problem 404 `NOT_FOUND`. */
export const explainMessage = async (
  engine: Engine,
  keyOrId: string,
): Promise<{ view: MessageView; decisions: readonly Decision[] }> => {
  const found = await findMessage(engine, keyOrId);
  if (!found) throw new Problem(404, 'NOT_FOUND', 'There is no such message, or it ended too long ago.');
  const first = found.record?.message ?? found.trail[0]?.item;
  const decisions = [
    ...(first ? resolved(first) : []),
    ...found.trail.flatMap((station) => [placed(engine, station), ...leased(station.log), ...decided(station)]),
    ...cancelled(found),
  ];
  return { view: found.view, decisions };
};
