import type { Redrive } from '../../shared/app/dead-letter-record.ts';
import { parseDeadLetter } from '../../shared/app/dead-letter-record.ts';
import { parseStoredKey } from '../../shared/app/keyed-record.ts';
import { parseCursor, type TickCursor } from '../../shared/app/tick/cursor.ts';
import { recordOf } from '../../shared/app/unit-journal.ts';
import { entryOfLateLogKey, TOMBSTONES } from '../../shared/core/segment/segment-key.ts';
import { makeMemoryStore } from '../../shared/memory/memory-store.ts';
import type { Item, ItemStore } from '../../shared/ports/item-store.ts';
import type { Model } from './model.ts';
import type { Trace } from './trace.ts';
import type { WatchedUnit } from './unit-watch.ts';
import { makeWatchedUnit, takeRecord } from './unit-watch.ts';

/** A stored entry; `damaged` where a fault changed its bytes. */
export type StoredEntry = {
  readonly pk: string;
  readonly sk: string;
  readonly minute: number;
  readonly item: Item;
  readonly n: number;
  /** Items that were not in another entry before. */
  readonly fresh: number;
  readonly damaged: boolean;
  /** Of the scheduled lane, and first stored when its unit's log had begun: only an announcement shows it for sure (T3). */
  readonly behindReader: boolean;
};

export type TruthOptions = {
  readonly model: Model;
  readonly trace: Trace;
  readonly pageItems: () => number;
  /** May damage an entry on its way into the store (F51). */
  readonly spoil: (item: Item) => Item;
};

const minuteOfPk = (pk: string): number => Number(pk.split('#')[1]);

const unitNameOf = (pk: string, sk: string): string => (sk.startsWith('E#') ? pk : `${pk}|${sk}`);

const unitNameOfLog = (pk: string, sk: string): string => {
  const entry = entryOfLateLogKey(sk);
  return entry === undefined ? pk : `${pk}|${entry}`;
};

/** The store as it really is. Every write is seen as it happens, so the checkers need not look again. */
export const makeTruth = ({ model, trace, pageItems, spoil }: TruthOptions) => {
  const store = makeMemoryStore({ pageItems });
  const units = new Map<string, WatchedUnit>();
  const entries = new Map<string, StoredEntry>();
  /** Dead letters that were stored, by id and time of death. */
  const letters = new Set<string>();
  /** Where dead letters went, by id and time of death. */
  const redrives = new Map<string, Redrive>();
  /** Units that a tick still has to look at again, and to count. */
  const marks = new Set<string>();
  let cursor: TickCursor | undefined;

  const isDone = (entry: StoredEntry): boolean => {
    const unit = units.get(unitNameOf(entry.pk, entry.sk));
    return entry.damaged || (unit?.perEntry.get(entry.sk) ?? 0) >= entry.n;
  };

  /** Planned by a redrive that has not said yet that it is done. */
  const isBeingRedriven = (place: Pick<StoredEntry, 'pk' | 'sk'>): boolean =>
    [...redrives.values()].some(({ pk, sk, done }) => !done && pk === place.pk && sk === place.sk);

  /**
   * Nobody was told of it yet: its writer and the tick may both have stood still, so that it came between the look of the
   * tick and its cursor. The writer finds that out before it answers, and leaves a mark; whether it did, the end shows.
   */
  const isUnderWay = (entry: StoredEntry): boolean =>
    (entry.fresh === entry.n && !model.acceptedEntries.has(`${entry.pk}|${entry.sk}`)) || isBeingRedriven(entry);

  const onCursor = (item: Item): void => {
    const next = parseCursor(item);
    if (!next) throw new Error(`a cursor was stored that cannot be read: ${item.doc}`);
    const before = cursor;
    cursor = next;
    trace(() => `cursor: opened ${next.openedThrough} settled ${next.settledThrough} ${JSON.stringify(next.totals)}`);
    if (!before) return;
    if (next.openedThrough < before.openedThrough)
      model.violate('C1', `openedThrough went back to ${next.openedThrough}`);
    if (next.settledThrough < before.settledThrough)
      model.violate('C2', `settledThrough went back to ${next.settledThrough}`);
    if (next.shards < before.shards) model.violate('C3', `shards went back to ${next.shards}`);
    if (next.settledThrough === before.settledThrough) return;
    for (const entry of entries.values()) {
      const { minute } = entry;
      if (minute <= before.settledThrough || minute > next.settledThrough || isDone(entry)) continue;
      if (isUnderWay(entry)) continue;
      model.violate('C2', `settledThrough passed ${entry.pk} ${entry.sk}, which has undecided items`);
    }
  };

  const onLetter = (item: Item): void => {
    const letter = parseDeadLetter(item);
    if (letter) letters.add(`${letter.id}|${letter.deadAt}`);
    if (letter?.redrive) redrives.set(`${letter.id}|${letter.deadAt}`, letter.redrive);
  };

  const onMark = ({ sk, doc }: Item): void => {
    trace(() => `mark ${sk} ${doc}`);
    marks.add(sk);
  };

  const onEntry = (given: Item, damaged: boolean): void => {
    const { pk, sk } = given;
    const { n, fresh } = JSON.parse(given.doc ?? '') as { n: number; fresh: number };
    trace(() => `entry ${pk} ${sk} of ${n}`);
    const name = `${pk}|${sk}`;
    const behindReader = entries.get(name)?.behindReader ?? (sk.startsWith('E#') && units.has(pk));
    entries.set(name, { pk, sk, minute: minuteOfPk(pk), item: given, n, fresh, damaged, behindReader });
  };

  const onCancel = (id: string, word: 'cancel' | 'tombstone'): void => {
    trace(() => `the ${word} of ${id} is stored`);
    model.noteCancel(id);
  };

  const onWrite = (given: Item, stored: Item): void => {
    const { table, pk, sk } = stored;
    if (table === 'keys') {
      const record = pk.startsWith('m#') ? parseStoredKey(stored).record : undefined;
      if (record?.cancelledAt !== undefined) onCancel(record.id, 'cancel');
      return;
    }
    if (table === 'control') {
      if (pk === 'cursor') onCursor(stored);
      else if (pk.startsWith('dead#')) onLetter(stored);
      else if (pk === 'revisit') onMark(stored);
      return;
    }
    if (table !== 'segments') return;
    if (sk.startsWith('J#')) {
      const record = recordOf(stored);
      const name = unitNameOfLog(pk, sk);
      trace(() => `${name} log ${JSON.stringify(record)}`);
      const unit = units.get(name) ?? makeWatchedUnit(name, record);
      units.set(name, unit);
      takeRecord(model, unit, record);
    } else if (sk.startsWith('E#') || sk.startsWith('L#')) onEntry(given, stored !== given);
    else if (sk.startsWith(TOMBSTONES.from)) onCancel(sk.slice(TOMBSTONES.from.length), 'tombstone');
  };

  const write = async (
    given: Item,
    put: (item: Item) => Promise<'stored' | 'conflict'>,
  ): Promise<'stored' | 'conflict'> => {
    const stored = spoil(given);
    const result = await put(stored);
    if (result === 'stored') onWrite(given, stored);
    return result;
  };

  const watched: ItemStore = {
    ...store,
    put: (item, expect) => write(item, (stored) => store.put(stored, expect)),
    putMany: async (items) => {
      for (const item of items) {
        await write(item, async (stored) => {
          await store.putMany([stored]);
          return 'stored';
        });
      }
    },
    remove: async (key, expect) => {
      const result = await store.remove(key, expect);
      if (result === 'removed' && key.table === 'control' && key.pk === 'revisit') marks.delete(key.sk);
      return result;
    },
  };

  const unitOf = ({ pk, sk }: Pick<StoredEntry, 'pk' | 'sk'>): WatchedUnit | undefined => units.get(unitNameOf(pk, sk));

  /**
   * A redrive that failed behind its entry, in a bucket that the sweep has passed: its letter is still in the list, and
   * whoever redrives it again finishes it.
   */
  const isUnfinished = (place: Pick<StoredEntry, 'pk' | 'sk'>): boolean =>
    unitOf(place) === undefined && isBeingRedriven(place);

  return {
    store: watched,
    raw: store,
    units,
    entries,
    letters,
    redrives,
    marks,
    cursor: () => cursor,
    isDone,
    unitOf,
    isUnfinished,
  };
};

export type Truth = ReturnType<typeof makeTruth>;
