import type { NewMessage } from '../core/message/new-message.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import type { EntryAddress } from '../core/segment/segment-key.ts';
import { parsePartitionKey, partitionKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs, plusMs } from '../core/time/epoch.ts';
import type { Item, ItemKey } from '../ports/item-store.ts';
import { readSealed, sealJson } from './sealed-text.ts';

/** What a key's item says beside its message; every write of the item hands it on. */
export type KeyGuard = {
  /**
   * G1: a reference stamped at or before this is dead, unless the record is its own: it can be committed no more. A
   * commit is made over a guard below its own stamp only, and what replaces a message puts the guard at its stamp.
   */
  readonly refusedThrough: EpochMs;
  /** The token that a worker refused last: it was never committed. */
  readonly refused?: string;
  /** The tokens that were replaced last, the newest at the end; `more` where there were others before them. */
  readonly replaced: readonly string[];
  readonly more: boolean;
  /** Seconds; no earlier than the last of all references to the key is through. */
  readonly expiresAt: number;
};

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
  /** The stamp of the reference. */
  readonly writtenAt: EpochMs;
  readonly message: Omit<NewMessage, 'payload'>;
  readonly payload: Uint8Array;
  readonly guard: KeyGuard;
  readonly version: number;
};

/** What is stored for a key; without a record where it is damaged, or where nothing but a reference was refused. */
export type StoredKey = {
  readonly version: number;
  readonly guard: KeyGuard;
  readonly record: KeyedRecord | undefined;
  readonly damaged: boolean;
};

export const keyedItemKey = (key: string): ItemKey => ({ table: 'keys', pk: `m#${key}`, sk: '-' });

/** Records of before the guard have `committedAt` instead; what they replaced was stamped by then (F39). */
type StoredGuard = {
  v: 1;
  refusedThrough?: EpochMs;
  refused?: string;
  replaced?: readonly string[];
  more?: true;
  committedAt?: EpochMs;
};
type StoredKeyed = Omit<KeyedRecord, 'address' | 'payload' | 'version' | 'guard' | 'writtenAt'> &
  StoredGuard & { pk: string; sk: string; writtenAt?: EpochMs };

const NONE = epochMs(0);

/** By so much another clock may have been ahead of the one that says `committedAt`. */
const MAX_SKEW_MS = 10_000;

/** Of a key that refuses nothing yet. */
export const openGuard = (expiresAt: number): KeyGuard => ({
  refusedThrough: NONE,
  replaced: [],
  more: false,
  expiresAt,
});

/** True where a reference of this stamp can be committed no more, whatever became of it before (G1). */
export const refuses = ({ refusedThrough }: KeyGuard, writtenAt: EpochMs): boolean => refusedThrough >= writtenAt;

const storedGuard = ({ refusedThrough, refused, replaced, more }: KeyGuard): StoredGuard => ({
  v: 1,
  ...(refusedThrough > NONE ? { refusedThrough } : {}),
  ...(refused === undefined ? {} : { refused }),
  ...(replaced.length > 0 ? { replaced } : {}),
  ...(more ? { more } : {}),
});

const guardOf = (stored: StoredGuard, expiresAt: number): KeyGuard => {
  const { refused, committedAt, replaced = [] } = stored;
  const refusedThrough = stored.refusedThrough ?? (committedAt === undefined ? NONE : plusMs(committedAt, MAX_SKEW_MS));
  const more = stored.more ?? committedAt !== undefined;
  return { refusedThrough, ...(refused === undefined ? {} : { refused }), replaced, more, expiresAt };
};

export const toKeyedItem = (record: KeyedRecord): Item => {
  const { address, payload, version, guard, ...rest } = record;
  const lies = { pk: partitionKey(address.segment), sk: address.sk };
  const stored: StoredKeyed = { ...storedGuard(guard), ...rest, ...lies };
  const place = keyedItemKey(record.key);
  return {
    ...place,
    version,
    doc: sealJson(place, stored, payload),
    body: payload,
    expiresAt: guard.expiresAt,
  };
};

/** The item of a key that has no message, and a reference that was refused. */
export const toGuardItem = (key: string, guard: KeyGuard, version: number): Item => {
  const place = keyedItemKey(key);
  return { ...place, version, doc: sealJson(place, storedGuard(guard)), expiresAt: guard.expiresAt };
};

const recordOf = (item: Item, stored: StoredKeyed, guard: KeyGuard): KeyedRecord | undefined => {
  const { v, pk, sk, refusedThrough, refused, replaced, more, committedAt, writtenAt = committedAt, ...rest } = stored;
  const segment = parsePartitionKey(pk);
  if (!segment || !item.body || typeof rest.token !== 'string' || writtenAt === undefined) return undefined;
  return { ...rest, address: { segment, sk }, writtenAt, payload: item.body, guard, version: item.version };
};

/** Reads what is stored for a key; it is damaged where it cannot be read or is of another version (F51). */
export const parseStoredKey = (item: Item): StoredKey => {
  const { version, expiresAt = 0 } = item;
  const stored = readSealed<StoredKeyed>(item);
  if (stored?.v !== 1) {
    return { version, guard: { ...openGuard(expiresAt), more: true }, record: undefined, damaged: true };
  }
  const guard = guardOf(stored, expiresAt);
  const record = item.body && recordOf(item, stored, guard);
  return { version, guard, record, damaged: item.body !== undefined && record === undefined };
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
