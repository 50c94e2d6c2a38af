import { hash32 } from '../../core/hash.ts';
import { laneFor, minuteOf } from '../../core/segment/bucket.ts';
import type { EntryItem } from '../../core/segment/entry.ts';
import { entryIdPrefix, messageIdAt } from '../../core/segment/message-id.ts';
import type { Segment, Unit } from '../../core/segment/segment-key.ts';
import { entrySortKey, partitionKey, unitName } from '../../core/segment/segment-key.ts';
import type { CarriedItem, Carry, EndedItem, LogRecord, PublishedItem } from '../../core/segment/unit-log.ts';
import { isPublished } from '../../core/segment/unit-log.ts';
import { epochMs, plusMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import type { FinalOutcome } from '../../ports/outcome-bus.ts';
import { toDeadLetterItem } from '../dead-letter-record.ts';
import type { Engine } from '../engine.ts';
import { entryIdOf } from '../entry-id.ts';
import { readKeyed } from '../find-message.ts';
import { MAX_ENTRY_BYTES } from '../item-size.ts';
import { itemOfRecord } from '../keyed-record.ts';
import type { NewEntry } from '../packed-entry.ts';
import { unpackEntry } from '../packed-entry.ts';
import { storeEntries } from '../store-entries.ts';
import type { SendDeps, SizedCarry, UnitRun } from './unit-run.ts';

/** Items of one carry: larger blocks compress no better. */
const CARRY_ITEMS = 1_000;

/** Dead letters that are written side by side. */
const BURY_AT_ONCE = 25;

/** Finds the item of a unit's entry, from memory or from the store. */
type ItemSource = (entry: string, index: number) => Promise<EntryItem | undefined>;

/** Reads entries again after a crash; one at a time is kept. */
const storedItems = (engine: Engine, segment: Segment): ItemSource => {
  let held: { sk: string; opened: ReturnType<typeof unpackEntry> } | undefined;
  return async (sk, index) => {
    if (held?.sk !== sk) {
      const item = await engine.store.get({ table: 'segments', pk: partitionKey(segment), sk });
      held = { sk, opened: item && unpackEntry(item) };
    }
    return held.opened?.opened.item(index);
  };
};

/** The items of a run: open entries first. */
export const itemsOf = (run: UnitRun): ItemSource => {
  const stored = storedItems(run.deps.engine, run.unit.segment);
  return async (sk, index) => run.entries.get(sk)?.opened?.item(index) ?? stored(sk, index);
};

/** Cuts what goes to one bucket into entries that fit. */
const cut = (sized: readonly SizedCarry[]): CarriedItem[][] => {
  const parts: CarriedItem[][] = [];
  let part: CarriedItem[] = [];
  let total = 0;
  for (const { item, bytes } of sized) {
    if (part.length >= CARRY_ITEMS || (part.length > 0 && total + bytes > MAX_ENTRY_BYTES)) {
      parts.push(part);
      part = [];
      total = 0;
    }
    part.push(item);
    total += bytes;
  }
  return part.length > 0 ? [...parts, part] : parts;
};

/** Items that may share an entry: those of one bucket, references apart from messages, as readers expect. */
const groupOf = (run: UnitRun, { item }: SizedCarry): string =>
  `${minuteOf(item.dueAt)} ${run.entries.get(item.e)?.keyed ?? false}`;

/** Decides where carried items go: lane and place are fixed here, in the log, so that carrying out again changes nothing. */
export const planCarries = (run: UnitRun, carried: readonly SizedCarry[], seq: number): Carry[] => {
  const { engine } = run.deps;
  const now = engine.clock.now();
  const ahead = carried
    .map(({ item, bytes }) => ({ bytes, item: { ...item, dueAt: epochMs(Math.max(item.dueAt, now)) } }))
    .sort((a, b) => a.item.dueAt - b.item.dueAt);
  const parts = [...Map.groupBy(ahead, (sized) => groupOf(run, sized)).values()].flatMap(cut);
  return parts.map((items, n) => {
    const firstDue = items[0]?.dueAt ?? now;
    const minute = minuteOf(firstDue);
    const entryId = entryIdOf('carry', unitName(run.unit), seq, n);
    const sk = entrySortKey(laneFor(minute, now, engine.timing), firstDue, entryId);
    return { minute, shard: hash32(entryId) % engine.shards, sk, items };
  });
};

const withoutNextTry = ({ attempt: _a, lastError: _e, paced: _p, ...item }: EntryItem): EntryItem => item;

/** The item that continues another at its new place, under the id and first due time that it always had. */
const continued = (item: EntryItem, id: string, { dueAt, attempt, reason, paced }: CarriedItem): EntryItem => {
  const lastError = reason ?? item.lastError;
  const { redriven: _, fresh: __, ...rest } = withoutNextTry(item);
  return {
    ...rest,
    id,
    firstDueAt: item.firstDueAt ?? item.dueAt,
    dueAt,
    ...(attempt > 1 ? { attempt } : {}),
    ...(lastError === undefined ? {} : { lastError }),
    ...(paced ? { paced } : {}),
  };
};

const idOf = (unit: Unit, sk: string, index: number, item: EntryItem): string =>
  item.id ?? messageIdAt(entryIdPrefix({ segment: unit.segment, sk }), index);

const toEntry = async (unit: Unit, carry: Carry, source: ItemSource): Promise<NewEntry | undefined> => {
  const items: EntryItem[] = [];
  for (const carried of carry.items) {
    const item = await source(carried.e, carried.i);
    if (item) items.push(continued(item, idOf(unit, carried.e, carried.i, item), carried));
  }
  const segment = { timeline: unit.segment.timeline, minute: carry.minute, shard: carry.shard };
  return items.length > 0 ? { segment, sk: carry.sk, items } : undefined;
};

/** What carrying out stands on. */
type CarryDeps = Pick<SendDeps, 'engine' | 'outcomes'>;

type Burial = { readonly unit: Unit; readonly record: LogRecord; readonly source: ItemSource };

/** The dead letter of an item; for a keyed message with the payload that its record has now. */
const toDeadLetter = async (engine: Engine, burial: Burial, ended: EndedItem): Promise<Item | undefined> => {
  const found = await burial.source(ended.e, ended.i);
  if (!found) return undefined;
  const record = found.key === undefined ? undefined : await readKeyed(engine, found.key);
  const agrees = record !== undefined && record.token === found.token;
  const { payload, ...item } = agrees ? itemOfRecord(found, record) : found;
  const deadAt = burial.record.at;
  const letter = {
    id: idOf(burial.unit, ended.e, ended.i, found),
    target: item.target,
    reason: ended.reason ?? 'UNKNOWN',
    attempts: ended.attempts,
    ...(ended.status === undefined ? {} : { lastStatus: ended.status }),
    ...(ended.response === undefined ? {} : { lastResponse: ended.response }),
    dueAt: item.firstDueAt ?? item.dueAt,
    deadAt,
    item: withoutNextTry(item),
    ...(payload instanceof Uint8Array ? { payload } : {}),
    version: 1,
  };
  return toDeadLetterItem(letter, Math.ceil(plusMs(deadAt, engine.retentionMs) / 1000));
};

const bury = async (engine: Engine, burial: Burial, ended: EndedItem): Promise<void> => {
  const letter = await toDeadLetter(engine, burial, ended);
  // On absence: the letter may be redriven by the time that a crash makes us write it again.
  if (letter) await engine.store.put(letter, 'absent');
};

const toOutcome = async ({ unit, record, source }: Burial, ended: PublishedItem): Promise<FinalOutcome[]> => {
  const item = await source(ended.e, ended.i);
  if (!item) return [];
  return [
    {
      kind: ended.k,
      id: idOf(unit, ended.e, ended.i, item),
      ...(item.key === undefined ? {} : { key: item.key }),
      target: item.target,
      reason: ended.reason ?? 'UNKNOWN',
      attempts: ended.attempts,
      dueAt: item.firstDueAt ?? item.dueAt,
      at: record.at,
    },
  ];
};

/** Tells of what ended, once letters are safe: a bus that takes nothing costs events, which are counted, and no letter. */
const publish = async ({ engine, outcomes }: CarryDeps, burial: Burial): Promise<void> => {
  const ended = (burial.record.ended ?? []).filter(isPublished);
  if (!outcomes || ended.length === 0) return;
  const found: FinalOutcome[] = [];
  for (const one of ended) found.push(...(await toOutcome(burial, one)));
  const lost = await outcomes.publish(found);
  if (lost > 0) engine.telemetry.count('outcomesUnpublished', lost);
};

/**
 * Does what a record decided: stores carried items at their places and dead letters under their names, and publishes
 * how messages ended. Doing it again after a crash writes the same things over themselves, and publishes them again.
 */
export const carryOut = async (deps: CarryDeps, unit: Unit, record: LogRecord, source: ItemSource): Promise<void> => {
  const { engine } = deps;
  const entries: NewEntry[] = [];
  for (const carry of record.carries ?? []) {
    const entry = await toEntry(unit, carry, source);
    if (entry) entries.push(entry);
  }
  await storeEntries(engine, entries, record.at);
  const dead = (record.ended ?? []).filter(({ k }) => k === 'dead');
  for (let from = 0; from < dead.length; from += BURY_AT_ONCE) {
    const some = dead.slice(from, from + BURY_AT_ONCE);
    await Promise.all(some.map((ended) => bury(engine, { unit, record, source }, ended)));
  }
  await publish(deps, { unit, record, source });
};

/** After a crash: everything that a log decided and nobody is known to have done. */
export const carryOutAgain = async (deps: CarryDeps, unit: Unit, records: readonly LogRecord[]): Promise<void> => {
  const source = storedItems(deps.engine, unit.segment);
  for (const record of records) await carryOut(deps, unit, record, source);
};
