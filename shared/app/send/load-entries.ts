import { hasBit, makeBits } from '../../core/bits.ts';
import { entryIdPrefix } from '../../core/segment/message-id.ts';
import { laneRange, parseEntrySortKey, partitionKey } from '../../core/segment/segment-key.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import { epochMs } from '../../core/time/epoch.ts';
import type { Item } from '../../ports/item-store.ts';
import { DamagedRecord } from '../damaged-record.ts';
import type { Engine } from '../engine.ts';
import { FoldedEntry, type UnpackedEntry, unpackEntry } from '../packed-entry.ts';
import { alone } from '../squeezed.ts';
import type { OpenEntry, UnitRun } from './unit-run.ts';

/** Unpacked bytes that a unit may hold; what comes due within seconds goes over it. */
const BUDGET_BYTES = 8 * 1024 * 1024;

/** A dropped entry is read again so long before its next item. */
export const REOPEN_AHEAD_MS = 3_000;

/** What an open item takes beside its stored bytes, roughly. */
const ITEM_BYTES = 200;

const NEVER = Number.POSITIVE_INFINITY;

/** Sets a damaged item aside where an operator finds it; the others go on (F51). */
const quarantine = async (engine: Engine, item: Item): Promise<void> => {
  const at = engine.clock.now();
  engine.telemetry.count('quarantined', 1);
  engine.telemetry.note('error', 'entry.damaged', { pk: item.pk, sk: item.sk });
  const key = { table: 'control', pk: 'quarantine', sk: `${item.pk}|${item.sk}` } as const;
  await engine.store.put({ ...key, version: 1, doc: JSON.stringify({ at }) }, 'any');
};

/** Moves `next` past decided items; the entry is through when it reaches `n`. */
export const advance = (entry: OpenEntry): void => {
  while (entry.next < entry.n && hasBit(entry.decided, entry.next)) entry.next += 1;
  if (entry.next < entry.n && entry.opened) entry.nextDue = entry.opened.dueAt(entry.next);
};

/** The body beside none of the others of its answer: they came in buffers of 64 kB. */
const withOwnBody = (item: Item): Item => (item.body ? { ...item, body: alone(item.body) } : item);

/** A herd is hundreds of late entries, all in hand at once: what finds no room is opened when it goes out. */
const keepOrFold = (
  run: UnitRun,
  entry: OpenEntry,
  { item, forget }: { item: Item } & Pick<UnpackedEntry, 'forget'>,
): void => {
  const { ahead } = run.deps;
  if (run.unit.lane === 'E' || entry.keyed || !entry.opened) return;
  if (ahead.bytes + entry.bytes > ahead.most) {
    entry.opened = new FoldedEntry(withOwnBody(item), entry.opened);
    // As garbage, what a thousand units looked at would be 57 kB each until it is collected.
    forget();
    return;
  }
  ahead.bytes += entry.bytes;
  run.ahead += entry.bytes;
};

const admit = async (run: UnitRun, item: Item): Promise<void> => {
  if (run.entries.has(item.sk)) return;
  const unpacked = unpackEntry(item);
  if (!unpacked) return quarantine(run.deps.engine, item);
  const { info, opened, forget } = unpacked;
  const decided = run.decidedBefore.get(item.sk) ?? makeBits();
  const keyed = opened.unnamed(0).token !== undefined;
  const entry: OpenEntry = {
    sk: item.sk,
    ...info,
    idPrefix: entryIdPrefix({ segment: run.unit.segment, sk: item.sk }),
    keyed,
    decided,
    started: run.startedBefore.get(item.sk),
    opened,
    bytes: (item.body?.length ?? 0) + info.n * ITEM_BYTES,
    next: 0,
    nextDue: opened.dueAt(0),
    targetsKnown: false,
    carries: false,
    compared: 0,
    agreements: keyed ? new Map() : undefined,
  };
  for (const target of opened.targets) run.targetNames.add(target);
  run.listed.fresh += info.fresh;
  run.listed.redriven += info.redriven;
  run.listed.undecided += info.n - decided.count;
  run.entries.set(item.sk, entry);
  advance(entry);
  if (entry.next < entry.n) {
    keepOrFold(run, entry, { item, forget });
    run.order.push(entry);
    run.bytes += entry.bytes;
  } else entry.opened = undefined;
};

/** Lets go of the bodies that are needed last, until the budget holds. */
const evict = (run: UnitRun, now: EpochMs): void => {
  if (run.bytes <= BUDGET_BYTES) return;
  const far = run.order
    .items()
    .filter((entry) => entry.opened && entry.nextDue > now + REOPEN_AHEAD_MS)
    .sort((a, b) => b.nextDue - a.nextDue);
  for (const entry of far) {
    if (run.bytes <= BUDGET_BYTES) return;
    entry.opened = undefined;
    run.bytes -= entry.bytes;
    run.droppedDue = Math.min(run.droppedDue, entry.nextDue);
  }
};

const listPage = async (run: UnitRun): Promise<void> => {
  const { unit, deps, listing } = run;
  const pk = partitionKey(unit.segment);
  if (unit.lane === 'L') {
    const item = run.prefetched ?? (await deps.engine.store.get({ table: 'segments', pk, sk: unit.sk }));
    run.prefetched = undefined;
    if (item) await admit(run, item);
    listing.done = true;
    return;
  }
  const after = listing.after === undefined ? {} : { after: listing.after };
  const page = await deps.engine.store.query({ table: 'segments', pk, ...laneRange('E'), ...after });
  for (const item of page.items) await admit(run, item);
  listing.reached = parseEntrySortKey(page.items.at(-1)?.sk ?? '')?.firstDue ?? listing.reached;
  listing.after = page.next;
  listing.done = page.next === undefined;
};

const reopen = async (run: UnitRun, entry: OpenEntry): Promise<void> => {
  const pk = partitionKey(run.unit.segment);
  const key = { table: 'segments', pk, sk: entry.sk } as const;
  const item = await run.deps.engine.store.get(key);
  const unpacked = item && unpackEntry(item);
  // What it was when it was read first, it has to be still: its items are counted by their place.
  if (!unpacked || unpacked.opened.n !== entry.n) throw new DamagedRecord(key);
  entry.opened = unpacked.opened;
  run.bytes += entry.bytes;
};

/**
 * When entries that are not in memory may come due, be it that they were dropped or never listed. While something is
 * due that waits for room at its gate, what is not listed can wait too: a herd would fill the memory.
 */
export const absentDue = ({ droppedDue, listing, order }: UnitRun, now: EpochMs): number => {
  const top = order.peek();
  const crowded = top !== undefined && top.nextDue <= now;
  return listing.done || crowded ? droppedDue : Math.min(droppedDue, listing.reached);
};

/** True where there is something to read now: the next page, or an entry that was dropped and comes due. */
export const wantsLoad = (run: UnitRun, now: EpochMs): boolean => {
  if (run.busy.loading) return false;
  if (absentDue(run, now) <= now + REOPEN_AHEAD_MS) return true;
  return !run.listing.done && (run.bytes < BUDGET_BYTES || !run.order.peek());
};

/** Reads again what was dropped and comes due. */
const reopenDropped = async (run: UnitRun, now: EpochMs): Promise<void> => {
  const dropped = run.order.items().filter((entry) => !entry.opened);
  const due = dropped.filter((entry) => entry.nextDue <= now + REOPEN_AHEAD_MS);
  await Promise.all(due.map((entry) => reopen(run, entry)));
  run.droppedDue = dropped.reduce((first, { opened, nextDue }) => (opened ? first : Math.min(first, nextDue)), NEVER);
};

/** Reads one page, or again what was dropped. */
export const load = async (run: UnitRun): Promise<void> => {
  const now = run.deps.engine.clock.now();
  if (run.droppedDue <= now + REOPEN_AHEAD_MS) await reopenDropped(run, now);
  else if (!run.listing.done) await listPage(run);
  evict(run, run.deps.engine.clock.now());
};

/** Lets go of the body of an entry. */
const letGo = (run: UnitRun, entry: OpenEntry): void => {
  if (!entry.opened) return;
  if ('close' in entry.opened) entry.opened.close();
  entry.opened = undefined;
  entry.agreements?.clear();
  run.bytes -= entry.bytes;
};

/** Lets go of the bodies of entries whose items are all decided, once the decisions are carried out. */
export const release = (run: UnitRun, entries: Iterable<OpenEntry>): void => {
  for (const entry of entries) if (entry.decided.count === entry.n) letGo(run, entry);
};

/**
 * Lets go of the body of an entry whose items were all sent: nothing of it is carried elsewhere. In a herd its record waits
 * for those of a thousand others, and what waits with it outgrows the young generation.
 */
export const releaseSent = (run: UnitRun, entry: OpenEntry): void => {
  if (!entry.carries && entry.decided.count === entry.n) letGo(run, entry);
};

/** Opens an announced entry that the listing missed. */
export const loadAnnounced = async (run: UnitRun, sk: string): Promise<void> => {
  const item = await run.deps.engine.store.get({ table: 'segments', pk: partitionKey(run.unit.segment), sk });
  if (item) await admit(run, item);
};

/** The due time of the next item that is not handed on, where one is listed. */
export const nextDueOf = (run: UnitRun): EpochMs | undefined => {
  const top = run.order.peek();
  return top ? epochMs(top.nextDue) : undefined;
};
