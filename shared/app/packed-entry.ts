import { crc32 } from 'node:zlib';
import type { EntryItem, OpenedEntry } from '../core/segment/entry.ts';
import { isFresh } from '../core/segment/entry.ts';
import { decodeEntry, encodeEntry } from '../core/segment/entry-codec.ts';
import type { EntryAddress } from '../core/segment/segment-key.ts';
import { partitionKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs } from '../core/time/epoch.ts';
import type { Item } from '../ports/item-store.ts';
import { squeezed, unsqueezed } from './squeezed.ts';

/** An entry ready to be stored: its items sorted by due time, all in the bucket of its segment. */
export type NewEntry = EntryAddress & { readonly items: readonly EntryItem[] };

/** What is known of an entry without opening it. */
export type EntryInfo = {
  readonly n: number;
  /** Items that count as accepted here. */
  readonly fresh: number;
  readonly redriven: number;
  /** When its writer began to store it. */
  readonly writtenAt: EpochMs;
};

type StoredInfo = { n: number; fresh: number; redriven: number; at: number; crc: number };

/** Over the figures too: a wrong number of accepted items would break the ledger without a sign. */
const checksumOf = ({ n, fresh, redriven, at }: Omit<StoredInfo, 'crc'>, body: Uint8Array): number =>
  crc32(body, crc32(`${n} ${fresh} ${redriven} ${at}`));

/** Compresses an entry into the item that is stored; same items, same bytes. */
export const packEntry = (entry: NewEntry, times: { writtenAt: EpochMs; expiresAt: EpochMs }): Item => {
  const body = squeezed(encodeEntry(entry.items));
  const info = {
    n: entry.items.length,
    fresh: entry.items.filter(isFresh).length,
    redriven: entry.items.filter((item) => item.redriven).length,
    at: times.writtenAt,
  };
  return {
    table: 'segments',
    pk: partitionKey(entry.segment),
    sk: entry.sk,
    version: 1,
    doc: JSON.stringify({ ...info, crc: checksumOf(info, body) }),
    body,
    expiresAt: Math.ceil(times.expiresAt / 1000),
  };
};

const parseInfo = (item: Item): StoredInfo | undefined => {
  try {
    const info = JSON.parse(item.doc ?? '') as Partial<StoredInfo> | null;
    const numbers = [info?.n, info?.fresh, info?.redriven, info?.at, info?.crc];
    return numbers.every((value) => Number.isSafeInteger(value)) ? (info as StoredInfo) : undefined;
  } catch {
    return undefined;
  }
};

/** A stored entry that was opened. */
export type UnpackedEntry = {
  readonly info: EntryInfo;
  readonly opened: OpenedEntry;
  /** Gives its memory back at once, for who has looked at it only; nothing of it can be read after that. */
  forget(): void;
};

/** Opens a stored entry; `undefined` where it is damaged or of an unknown version (F51). */
export const unpackEntry = (item: Item): UnpackedEntry | undefined => {
  const info = parseInfo(item);
  const { body } = item;
  if (!info || !body || checksumOf(info, body) !== info.crc) return undefined;
  try {
    const packed = unsqueezed(body);
    const opened = decodeEntry(packed);
    if (!opened || opened.n !== info.n) return undefined;
    const { n, fresh, redriven, at } = info;
    const forget = (): void => {
      // What was stored as it is may share its buffer.
      if (packed !== body) (packed.buffer as ArrayBuffer).transfer(0);
    };
    return { info: { n, fresh, redriven, writtenAt: epochMs(at) }, opened, forget };
  } catch {
    return undefined;
  }
};

/**
 * An entry as `unpackEntry` opened it, folded again to what is stored: it opens when one of its items is asked for. Who lets go of it
 * has to close it: it has waited for its time, so it is old, and what is old and garbage keeps what it refers to until the old
 * generation is collected. A class, as a herd has a thousand of them, and each method would be a closure else.
 */
export class FoldedEntry implements OpenedEntry {
  readonly n: number;
  readonly targets: readonly string[];
  readonly #item: Item;
  #opened: OpenedEntry | undefined;

  constructor(item: Item, { n, targets }: OpenedEntry) {
    this.n = n;
    this.targets = targets;
    this.#item = item;
  }

  dueAt(index: number): EpochMs {
    return this.#open().dueAt(index);
  }

  item(index: number): EntryItem {
    return this.#open().item(index);
  }

  unnamed(index: number): EntryItem {
    return this.#open().unnamed(index);
  }

  close(): void {
    this.#opened = undefined;
  }

  #open(): OpenedEntry {
    this.#opened ??= unpackEntry(this.#item)?.opened;
    if (!this.#opened) throw new Error(`entry ${this.#item.sk} of ${this.#item.pk} opened once only`);
    return this.#opened;
  }
}
