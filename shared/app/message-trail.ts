import type { EntryItem } from '../core/segment/entry.ts';
import { entryIdPrefix, messageIdAt } from '../core/segment/message-id.ts';
import type { EntryAddress, Segment, Unit } from '../core/segment/segment-key.ts';
import { parsePartitionKey, partitionKey, tombstoneKey } from '../core/segment/segment-key.ts';
import type { ItemFate, LogRecord } from '../core/segment/unit-log.ts';
import { fateOf } from '../core/segment/unit-log.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { deadLetterKey, parseDeadLetter } from './dead-letter-record.ts';
import type { Engine } from './engine.ts';
import { unpackEntry } from './packed-entry.ts';
import { unitOf } from './store-entries.ts';
import { readLog } from './unit-journal.ts';

/** One station of a message: where it lay, as what, and what became of it there. */
export type Station = {
  readonly address: EntryAddress;
  readonly index: number;
  readonly unit: Unit;
  readonly item: EntryItem;
  readonly fate: ItemFate;
  readonly log: readonly LogRecord[];
};

type Place = { readonly address: EntryAddress; readonly index: number };

/** More stations than any retry schedule and pacing make; a longer trail is a fault. */
const MAX_STATIONS = 1_000;

const stationAt = async (engine: Engine, address: EntryAddress, index: number): Promise<Station | undefined> => {
  const stored = await engine.store.get({ table: 'segments', pk: partitionKey(address.segment), sk: address.sk });
  const opened = stored && unpackEntry(stored)?.opened;
  if (!opened || index >= opened.n) return undefined;
  const unit = unitOf(address);
  const log = await readLog(engine.store, unit);
  return { address, index, unit, item: opened.item(index), fate: fateOf(log, address.sk, index), log };
};

/** Where a dead letter was sent again, if it was. */
const redriveOf = async (engine: Engine, id: string, deadAt: EpochMs): Promise<Place | undefined> => {
  const stored = await engine.store.get(deadLetterKey(id, deadAt));
  const redrive = stored && parseDeadLetter(stored)?.redrive;
  const segment = redrive && parsePartitionKey(redrive.pk);
  return segment && { address: { segment, sk: redrive.sk }, index: redrive.index };
};

const nextPlace = async (engine: Engine, station: Station): Promise<Place | undefined> => {
  const { fate, address, index, item } = station;
  if (fate.kind === 'carried') {
    return { address: { segment: segmentBehind(station), sk: fate.carry.sk }, index: fate.index };
  }
  if (fate.kind !== 'ended' || fate.item.k !== 'dead') return undefined;
  return redriveOf(engine, item.id ?? messageIdAt(entryIdPrefix(address), index), fate.at);
};

/** Follows a message from where it was accepted to where it lies now; empty where it is not (or no longer) stored. */
export const followTrail = async (engine: Engine, address: EntryAddress, index: number): Promise<Station[]> => {
  const trail: Station[] = [];
  let at: Place | undefined = { address, index };
  while (at && trail.length < MAX_STATIONS) {
    const station = await stationAt(engine, at.address, at.index);
    if (!station) break;
    trail.push(station);
    at = await nextPlace(engine, station);
  }
  return trail;
};

/** The segment where a message lies behind its last station: a carry may be decided and not be stored yet. */
export const segmentBehind = ({ address, fate }: Station): Segment =>
  fate.kind === 'carried'
    ? { timeline: address.segment.timeline, minute: fate.carry.minute, shard: fate.carry.shard }
    : address.segment;

/** True where a cancel of this message was decided in the segment where it lies. */
export const hasTombstone = async (engine: Engine, last: Station, messageId: string): Promise<boolean> =>
  (await engine.store.get({
    table: 'segments',
    pk: partitionKey(segmentBehind(last)),
    sk: tombstoneKey(messageId),
  })) !== undefined;

/** True for a message that its key's record no longer speaks for: a dead letter that was sent again, as it was. */
export const isDetached = (last: Station | undefined): boolean => last !== undefined && last.item.token === undefined;
