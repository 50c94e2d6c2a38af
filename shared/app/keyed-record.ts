import type { NewMessage } from '../core/message/new-message.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import type { EntryAddress } from '../core/segment/segment-key.ts';
import { parsePartitionKey, partitionKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs, plusMs } from '../core/time/epoch.ts';
import type { Item, ItemKey } from '../ports/item-store.ts';
import type { Engine } from './engine.ts';
import { seal, unseal } from './sealed-text.ts';

/**
 * The message of a key, the truth about it: entries in segments only refer to it by `token`, and a reference whose
 * token is not this one's is dead. One conditional write makes, moves, replaces or cancels it.
 */
export type KeyedRecord = {
  readonly key: string;
  readonly token: string;
  readonly id: string;
  readonly address: EntryAddress;
  readonly index: number;
  readonly cancelledAt?: EpochMs;
  /** When this token was committed, by the writer's clock. */
  readonly committedAt: EpochMs;
  readonly message: Omit<NewMessage, 'payload'>;
  readonly payload: Uint8Array;
  readonly version: number;
};

export const keyedItemKey = (key: string): ItemKey => ({ table: 'keys', pk: `m#${key}`, sk: '-' });

type StoredKeyed = Omit<KeyedRecord, 'address' | 'payload' | 'version'> & { v: 1; pk: string; sk: string };

export const toKeyedItem = (engine: Engine, record: KeyedRecord): Item => {
  const { address, payload, version, ...rest } = record;
  const stored: StoredKeyed = { v: 1, ...rest, pk: partitionKey(address.segment), sk: address.sk };
  return {
    ...keyedItemKey(record.key),
    version,
    doc: seal(JSON.stringify(stored), payload),
    body: payload,
    expiresAt: Math.ceil(plusMs(record.message.dueAt, engine.retentionMs) / 1000),
  };
};

/** Reads a stored keyed message; `undefined` where it is damaged or of another version (F51). */
export const parseKeyedItem = (item: Item): KeyedRecord | undefined => {
  try {
    const { v, pk, sk, ...rest } = JSON.parse(unseal(item.doc, item.body) ?? '') as StoredKeyed;
    const segment = parsePartitionKey(pk);
    if (v !== 1 || !segment || !item.body || typeof rest.token !== 'string') return undefined;
    return { ...rest, address: { segment, sk }, payload: item.body, version: item.version };
  } catch {
    return undefined;
  }
};

/** The reference that is packed into a segment for a keyed message. */
export const referenceTo = (key: string, token: string, message: NewMessage): EntryItem => ({
  dueAt: message.dueAt,
  target: message.target,
  key,
  token,
});

/** The item that is delivered for a reference whose record agrees with it. */
export const itemOfRecord = (reference: EntryItem, record: KeyedRecord): EntryItem => ({
  ...record.message,
  ...reference,
  id: record.id,
  firstDueAt: reference.firstDueAt ?? epochMs(record.message.dueAt),
  payload: record.payload,
});
