import { accepted, type Parsed, refused } from '../../core/parsed.ts';
import type { Process } from '../../core/process/definition.ts';
import { emptySnapshot, type Snapshot } from '../../core/process/snapshot.ts';
import { decodeSnapshot, encodeSnapshot, type SnapshotFault } from '../../core/process/snapshot-codec.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import { seal, unseal } from '../sealed-text.ts';
import { squeezed, unsqueezed } from '../squeezed.ts';
import { placeOfKey } from './process-key.ts';
import type { SnapshotCache } from './snapshot-cache.ts';

/** Outputs of one commit within an entry of messages: `n` of them from item `first` on. */
export type OutboxPart = { readonly pk: string; readonly sk: string; readonly first: number; readonly n: number };

/** Where the outputs of the last commit go; `at` is when that was. */
export type Outbox = { readonly at: EpochMs; readonly parts: readonly OutboxPart[] };

/**
 * All that is stored of a key: what `step` knows of it, and what the shell does.
 *
 * R1 `hintAt` is the due time of a hint in the process timeline that was stored before this record; where the key has
 *    processing timers, one lies at or before the first of them. So losing a worker loses no timer.
 * R2 `eventHintAt` is the same for event timers, in the index of the process (`event-index.ts`).
 * R3 `outbox` says where the outputs of the last commit are, or are to be. They are there before the next commit.
 */
export type KeyRecord = {
  readonly snapshot: Snapshot;
  readonly hintAt: EpochMs | null;
  readonly eventHintAt: number | null;
  readonly outbox: Outbox | null;
  /** Names the commit: a conflict with one's own nonce is one's own put, whose answer was lost. */
  readonly nonce: string;
};

/** A record with the version under which the store has it; 0 where there is none yet. */
export type StoredKey = { readonly record: KeyRecord; readonly version: number };

const FORM = 1;

type StoredDoc = {
  readonly f: number;
  readonly h?: number;
  readonly e?: number;
  readonly o?: Outbox;
  readonly n: string;
};

/**
 * The record of a key that was never stored, or was collected. Versions start at the time, so that a key that comes back
 * gives no output an id that it gave before.
 */
export const newKey = (now: EpochMs): StoredKey => ({
  record: { snapshot: { ...emptySnapshot, version: now }, hintAt: null, eventHintAt: null, outbox: null, nonce: '' },
  version: 0,
});

/** True where nothing of the key can be missed: no timer, call or state. Ids and outputs are kept until it is collected. */
const isSpent = ({ event, processing, calls, state }: Snapshot): boolean =>
  event.length === 0 && processing.length === 0 && calls.length === 0 && Object.keys(state).length === 0;

/** The item that stores a record. A key with a timer or state is never collected. */
export const toKeyItem = (
  process: Process,
  key: string,
  stored: StoredKey & { readonly now: EpochMs; readonly keptMs: number },
): Item => {
  const { snapshot, hintAt, eventHintAt, outbox, nonce } = stored.record;
  const body = squeezed(encodeSnapshot(snapshot));
  const doc: StoredDoc = {
    f: FORM,
    ...(hintAt === null ? {} : { h: hintAt }),
    ...(eventHintAt === null ? {} : { e: eventHintAt }),
    ...(outbox === null ? {} : { o: outbox }),
    n: nonce,
  };
  return {
    ...placeOfKey(process.name, key),
    version: stored.version,
    doc: seal(JSON.stringify(doc), body),
    body,
    ...(isSpent(snapshot) ? { expiresAt: Math.ceil((stored.now + stored.keptMs) / 1000) } : {}),
  };
};

/** Reads a stored key; damaged or of a later form, it is refused (F51). What `known` has of its commit is not decoded. */
export const parseKeyItem = (
  process: Process,
  item: Item,
  known?: Pick<SnapshotCache, 'of'>,
): Parsed<StoredKey, SnapshotFault> => {
  const text = unseal(item.doc, item.body);
  const doc = text === undefined ? undefined : (JSON.parse(text) as StoredDoc);
  if (doc?.f !== FORM || !item.body) {
    return refused('CORRUPT_SNAPSHOT', 'The stored key is damaged, or of a later release: restore it, or delete it.');
  }
  const cached = known?.of(doc.n);
  const snapshot = cached ? accepted(cached) : decodeSnapshot(process, unsqueezed(item.body));
  if (!snapshot.ok) return snapshot;
  const record: KeyRecord = {
    snapshot: snapshot.value,
    hintAt: (doc.h ?? null) as EpochMs | null,
    eventHintAt: doc.e ?? null,
    outbox: doc.o ?? null,
    nonce: doc.n,
  };
  return accepted({ record, version: item.version });
};
