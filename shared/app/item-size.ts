import type { EntryItem } from '../core/segment/entry.ts';

/** Bytes of items that still fit an item of the store, 400 KB, when nothing compresses. */
export const MAX_ENTRY_BYTES = 330_000;

/** Numbers, due times, and what a carried item gets on its way. */
const FIXED_BYTES = 60;

const utf8Bytes = (text: string | undefined): number => (text === undefined ? 0 : Buffer.byteLength(text));

const jsonBytes = (value: object | undefined): number => (value === undefined ? 0 : utf8Bytes(JSON.stringify(value)));

/**
 * What an item takes in an entry at most, bytes. Counted in UTF-8 and with its headers and names: an entry that turned
 * out larger than the store takes could never be written, nor could anything that waits for it.
 */
export const sizeOf = (item: EntryItem): number =>
  FIXED_BYTES +
  (typeof item.payload === 'string' ? utf8Bytes(item.payload) : (item.payload?.length ?? 0)) +
  utf8Bytes(item.ref) +
  utf8Bytes(item.key) +
  utf8Bytes(item.traceparent) +
  jsonBytes(item.headers) +
  jsonBytes(item.zone);
