import { fromBase64Url, sextetChar, sextetValue, toBase64Url } from '../base64url.ts';
import { epochMs } from '../time/epoch.ts';
import { BUCKET_MS } from './bucket.ts';
import type { EntryAddress } from './segment-key.ts';
import { entrySortKey, parseEntrySortKey } from './segment-key.ts';

/** The most items that one entry can hold: their number has 12 bits in a message id. */
export const MAX_ENTRY_ITEMS = 4096;

/** The timeline of messages; the only one that has message ids. */
export const SEND_TIMELINE = 'send';

const PREFIX = 'msg_';
const ADDRESS_BYTES = 18;
const ADDRESS_CHARS = 24;
const LANES = ['E', 'L'] as const;

/**
 * The part that all ids of an entry share: version and lane (1 byte), reserved (1), bucket (4), shard (2),
 * milliseconds into the bucket (2), entry id (8); base64url.
 */
export const entryIdPrefix = ({ segment, sk }: EntryAddress): string => {
  const key = parseEntrySortKey(sk);
  const entryId = key && fromBase64Url(key.entryId);
  if (!key || !entryId) throw new RangeError(`not the sort key of an entry: ${sk}`);
  const bytes = new Uint8Array(ADDRESS_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, 0x10 | LANES.indexOf(key.lane));
  view.setUint32(2, segment.minute);
  view.setUint16(6, segment.shard);
  view.setUint16(8, key.firstDue - segment.minute * BUCKET_MS);
  bytes.set(entryId, 10);
  return PREFIX + toBase64Url(bytes);
};

/** The id of item `index` of the entry that `prefix` stands for. */
export const messageIdAt = (prefix: string, index: number): string =>
  prefix + sextetChar(index >> 6) + sextetChar(index & 63);

export const isMessageId = (text: string): boolean => text.startsWith(PREFIX);

/** Where the message of an id was stored when it was accepted; `undefined` for text that is no message id. */
export const parseMessageId = (id: string): (EntryAddress & { readonly index: number }) | undefined => {
  if (!id.startsWith(PREFIX) || id.length !== PREFIX.length + ADDRESS_CHARS + 2) return undefined;
  const bytes = fromBase64Url(id.slice(PREFIX.length, PREFIX.length + ADDRESS_CHARS));
  const high = sextetValue(id.charAt(id.length - 2));
  const low = sextetValue(id.charAt(id.length - 1));
  if (!bytes || high === undefined || low === undefined) return undefined;
  const view = new DataView(bytes.buffer);
  const lane = LANES[view.getUint8(0) & 0x0f];
  const offset = view.getUint16(8);
  if (view.getUint8(0) >> 4 !== 1 || lane === undefined || view.getUint8(1) !== 0 || offset >= BUCKET_MS)
    return undefined;
  const minute = view.getUint32(2);
  const sk = entrySortKey(lane, epochMs(minute * BUCKET_MS + offset), toBase64Url(bytes.subarray(10)));
  return { segment: { timeline: SEND_TIMELINE, minute, shard: view.getUint16(6) }, sk, index: high * 64 + low };
};
