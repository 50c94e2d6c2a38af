import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { EntryItem, OpenedEntry } from '../core/segment/entry.ts';
import { isFresh } from '../core/segment/entry.ts';
import { decodeEntry, encodeEntry } from '../core/segment/entry-codec.ts';
import type { EntryAddress } from '../core/segment/segment-key.ts';
import { partitionKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs } from '../core/time/epoch.ts';
import type { Item } from '../ports/item-store.ts';

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

/** More than this of items cannot come from an entry of ours; a bomb stops here. */
const MAX_UNPACKED_BYTES = 8 * 1024 * 1024;

/** Over the figures too: a wrong number of accepted items would break the ledger without a sign. */
const checksumOf = ({ n, fresh, redriven, at }: Omit<StoredInfo, 'crc'>, body: Uint8Array): number =>
  crc32(body, crc32(`${n} ${fresh} ${redriven} ${at}`));

/** Less than this stays as it is: it fits one write unit, and compression costs more time than all else on its way. */
const COMPRESS_FROM_BYTES = 700;

/** How zstd begins; a body that is not compressed begins with the length of its columns, which is never so great. */
const ZSTD_MAGIC = 0xfd2fb528;

const squeezed = (bytes: Uint8Array): Uint8Array =>
  bytes.length < COMPRESS_FROM_BYTES ? bytes : zstdCompressSync(bytes);

const unsqueezed = (body: Uint8Array): Uint8Array => {
  const compressed = body.length >= 4 && new DataView(body.buffer, body.byteOffset).getUint32(0, true) === ZSTD_MAGIC;
  return compressed ? zstdDecompressSync(body, { maxOutputLength: MAX_UNPACKED_BYTES }) : body;
};

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

/** Opens a stored entry; `undefined` where it is damaged or of an unknown version (F51). */
export const unpackEntry = (item: Item): { info: EntryInfo; opened: OpenedEntry } | undefined => {
  const info = parseInfo(item);
  if (!info || !item.body || checksumOf(info, item.body) !== info.crc) return undefined;
  try {
    const opened = decodeEntry(unsqueezed(item.body));
    if (!opened || opened.n !== info.n) return undefined;
    return { info: { n: info.n, fresh: info.fresh, redriven: info.redriven, writtenAt: epochMs(info.at) }, opened };
  } catch {
    return undefined;
  }
};
