import type { MessageView } from '../core/message/message-view.ts';
import { isMessageId, parseMessageId } from '../core/segment/message-id.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Engine } from './engine.ts';
import type { KeyedRecord, StoredKey } from './keyed-record.ts';
import { keyedItemKey, parseStoredKey } from './keyed-record.ts';
import type { Station } from './message-trail.ts';
import { followTrail, hasTombstone, isDetached } from './message-trail.ts';
import { isTerminal, progressAt } from './message-view.ts';

/** A message with its trail; `record` where it is the present message of a key. */
export type FoundMessage = {
  readonly view: MessageView;
  readonly trail: readonly Station[];
  readonly record?: KeyedRecord;
};

export const readKey = async (engine: Engine, key: string): Promise<StoredKey | undefined> => {
  const item = await engine.store.get(keyedItemKey(key));
  return item && parseStoredKey(item);
};

export const readKeyed = async (engine: Engine, key: string): Promise<KeyedRecord | undefined> =>
  (await readKey(engine, key))?.record;

/** A cancelled message has no next attempt. */
const cancelledView = ({ nextAttemptAt: _, ...view }: MessageView): MessageView => ({ ...view, state: 'cancelled' });

/** A message that is kept whole in its record; its trail says what became of it. */
export const viewOfRecord = async (engine: Engine, record: KeyedRecord): Promise<FoundMessage> => {
  const trail = await followTrail(engine, record.address, record.index);
  const last = trail.at(-1);
  const { message } = record;
  const progress = last && progressAt(last, message.dueAt, engine.clock.now());
  const ended = progress !== undefined && isTerminal(progress.state);
  const wasAsked =
    last && isDetached(last) ? () => hasTombstone(engine, last, record.id) : () => record.cancelledAt !== undefined;
  const cancelled = !ended && (await wasAsked());
  const view: MessageView = {
    id: record.id,
    key: record.key,
    target: message.target,
    dueAt: message.dueAt,
    ...(message.zone ? { zone: message.zone } : {}),
    ...(progress ?? { attempts: 0, state: 'pending' }),
  };
  return { view: cancelled ? cancelledView(view) : view, trail, record };
};

const viewOfItem = async (engine: Engine, id: string, trail: readonly Station[]): Promise<FoundMessage | undefined> => {
  const first = trail[0];
  const last = trail.at(-1);
  if (!first || !last) return undefined;
  const { item } = first;
  const firstDueAt: EpochMs = item.firstDueAt ?? item.dueAt;
  const progress = progressAt(last, firstDueAt, engine.clock.now());
  const cancelled = !isTerminal(progress.state) && (await hasTombstone(engine, last, id));
  const view: MessageView = {
    id,
    ...(item.ref === undefined ? {} : { ref: item.ref }),
    target: item.target,
    dueAt: firstDueAt,
    ...(item.zone ? { zone: item.zone } : {}),
    ...progress,
  };
  return { view: cancelled ? cancelledView(view) : view, trail };
};

/** A reference whose record moved on: it was replaced before it came due. */
const viewOfReplaced = (id: string, key: string, station: Station): FoundMessage => ({
  view: { id, key, target: station.item.target, dueAt: station.item.dueAt, attempts: 0, state: 'cancelled' },
  trail: [station],
});

const findById = async (engine: Engine, id: string): Promise<FoundMessage | undefined> => {
  const address = parseMessageId(id);
  if (!address) return undefined;
  const trail = await followTrail(engine, address, address.index);
  const first = trail[0];
  const key = first?.item.key;
  if (key === undefined) return viewOfItem(engine, id, trail);
  const record = await readKeyed(engine, key);
  if (record?.id === id) return viewOfRecord(engine, record);
  const last = trail.at(-1) ?? first;
  if (!first || !last) return undefined;
  const found = await viewOfItem(engine, id, trail);
  const stands = found && (isTerminal(found.view.state) || isDetached(last));
  return stands ? { ...found, view: { ...found.view, key } } : viewOfReplaced(id, key, first);
};

/** Finds a message by key, or by id where the text starts with `msg_`. */
export const findMessage = async (engine: Engine, keyOrId: string): Promise<FoundMessage | undefined> => {
  if (isMessageId(keyOrId)) return findById(engine, keyOrId);
  const record = await readKeyed(engine, keyOrId);
  return record && viewOfRecord(engine, record);
};
