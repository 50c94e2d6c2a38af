import { crc32 } from 'node:zlib';
import { hash32 } from '../core/hash.ts';
import type { Lane, Minute } from '../core/segment/bucket.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import { entryIdPrefix, messageIdAt } from '../core/segment/message-id.ts';
import { entrySortKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Engine } from './engine.ts';
import { entryIdOf } from './entry-id.ts';
import { MAX_ENTRY_BYTES, sizeOf } from './item-size.ts';
import type { NewEntry } from './packed-entry.ts';

/** Blocks of this size compress as well as larger ones and open within a millisecond. */
const MAX_PACK_ITEMS = 1_000;

/** Bytes that open packs may hold together before the largest is closed. */
const MAX_OPEN_BYTES = 24 * 1024 * 1024;

type Member = { readonly item: EntryItem; readonly position: number };
type Pack = { readonly minute: Minute; readonly lane: Lane; members: Member[]; bytes: number };

/** An entry that is ready, with the position (in the order of `add`) of each of its items. */
export type PackedEntry = { readonly entry: NewEntry; readonly positions: readonly number[] };

export type EntryPacker = {
  /** Takes an item for (minute, lane); returns the entries that became full. */
  add(item: EntryItem, minute: Minute, lane: Lane): PackedEntry[];
  /** Closes all open packs. */
  drain(): PackedEntry[];
};

const byDue = (a: Member, b: Member): number => a.item.dueAt - b.item.dueAt || a.position - b.position;

/**
 * Tells contents apart: where a failed call is repeated with another body under its old key, that one must not write
 * over entries which a worker may have in hand already.
 */
const fingerprintOf = (members: readonly Member[]): number =>
  crc32(members.map(({ item }) => `${item.dueAt} ${item.target} ${item.payload}`).join('\n'));

/**
 * Gathers items into entries. The same items in the same order give the same entries under the same `identity`,
 * so that a retried call writes over itself.
 */
export const makeEntryPacker = (
  identity: readonly string[],
  place: Pick<Engine, 'timeline' | 'shards'>,
): EntryPacker => {
  const open = new Map<string, Pack>();
  let openBytes = 0;
  let position = 0;
  let sealed = 0;

  const seal = (name: string, pack: Pack): PackedEntry => {
    open.delete(name);
    openBytes -= pack.bytes;
    const members = pack.members.sort(byDue);
    const entryId = entryIdOf(...identity, sealed, fingerprintOf(members));
    sealed += 1;
    const segment = {
      timeline: place.timeline,
      minute: pack.minute,
      shard: hash32(entryId) % place.shards,
    };
    const sk = entrySortKey(pack.lane, members[0]?.item.dueAt as EpochMs, entryId);
    const entry = { segment, sk, items: members.map(({ item }) => item) };
    return { entry, positions: members.map((member) => member.position) };
  };

  const largest = (): [string, Pack] | undefined =>
    [...open].reduce<[string, Pack] | undefined>(
      (most, next) => (most && most[1].bytes >= next[1].bytes ? most : next),
      undefined,
    );

  const add = (item: EntryItem, minute: Minute, lane: Lane): PackedEntry[] => {
    const name = lane + minute;
    const bytes = sizeOf(item);
    const done: PackedEntry[] = [];
    let pack = open.get(name);
    if (pack && pack.bytes + bytes > MAX_ENTRY_BYTES) {
      done.push(seal(name, pack));
      pack = undefined;
    }
    if (!pack) {
      pack = { minute, lane, members: [], bytes: 0 };
      open.set(name, pack);
    }
    pack.members.push({ item, position });
    position += 1;
    pack.bytes += bytes;
    openBytes += bytes;
    if (pack.members.length >= MAX_PACK_ITEMS) done.push(seal(name, pack));
    if (openBytes > MAX_OPEN_BYTES) {
      const [largestName, largestPack] = largest() ?? [];
      if (largestName !== undefined && largestPack) done.push(seal(largestName, largestPack));
    }
    return done;
  };

  const drain = (): PackedEntry[] => [...open].map(([name, pack]) => seal(name, pack));
  return { add, drain };
};

/** The ids of an entry's items, in their order. */
export const messageIdsOf = (entry: NewEntry): string[] => {
  const prefix = entryIdPrefix(entry);
  return entry.items.map((item, index) => item.id ?? messageIdAt(prefix, index));
};
