import type { Process } from '../../core/process/definition.ts';
import type { Binding, IdentifiedOutput } from '../../core/process/output.ts';
import { lateFenceOf, minuteOf } from '../../core/segment/bucket.ts';
import type { EntryItem } from '../../core/segment/entry.ts';
import { entryIdPrefix, messageIdAt } from '../../core/segment/message-id.ts';
import { entrySortKey, parsePartitionKey, partitionKey } from '../../core/segment/segment-key.ts';
import { type EpochMs, plusMs } from '../../core/time/epoch.ts';
import type { Engine } from '../engine.ts';
import { entryIdOf } from '../entry-id.ts';
import { makeEntryPacker } from '../entry-packer.ts';
import { sendHints } from '../hints.ts';
import type { NewEntry } from '../packed-entry.ts';
import { passFences, storeEntries, unitOf } from '../store-entries.ts';
import { lastRecord } from '../unit-journal.ts';
import type { KeyRecord, Outbox, OutboxPart } from './key-record.ts';

/*
 * Outputs that are bound to a target leave as messages that are due at once. The entries of a batch are planned before
 * its commits, so that every record says where its outputs will be (R3), and stored after them:
 *
 *   plan ─► commit the keys, each with its place ─► store the entries ─► answer
 *
 * O1 An entry is stored whole, and only if all its keys committed; else each of those that did stores its own outputs by
 *    itself, under the message ids that the plan gave them.
 * O2 Who finds a record whose outputs are not where they should be does the same once their writer may store no more.
 *    So an output leaves once; twice, under one id, only where its writer was frozen between its last look at the clock
 *    and the put.
 * O3 Outputs that are bound to other processes leave no entry. Their keys name a mark instead (`handed-mark.ts`).
 * O4 An entry that is there is left alone only where it is settled, or its bucket is yet to be swept: its writer may have
 *    died before it passed the fences, and nobody would ever look.
 */

/** Where an output goes, or `null`: it is counted, and read by nobody. */
export const bindingOf = (process: Process, output: IdentifiedOutput): Binding | null =>
  (output.output === null ? process.output : process.sideOutputs[output.output])?.to ?? null;

const itemOf = (output: IdentifiedOutput, target: string, dueAt: EpochMs): EntryItem => ({
  dueAt,
  target,
  payload: JSON.stringify(output.value),
  ref: output.id,
});

/** The outputs of a key that leave as messages, in their order. */
export const messagesOf = (process: Process, outputs: readonly IdentifiedOutput[], dueAt: EpochMs): EntryItem[] =>
  outputs.flatMap((output) => {
    const binding = bindingOf(process, output);
    return binding !== null && 'target' in binding ? [itemOf(output, binding.target, dueAt)] : [];
  });

/** Entries for the messages of several keys, and for each key where its own are. */
export type OutputPlan = {
  readonly at: EpochMs;
  readonly entries: readonly NewEntry[];
  /** By the number of the key. */
  readonly outboxes: ReadonlyMap<number, Outbox>;
  /** The numbers of the keys of each entry. */
  readonly owners: ReadonlyMap<NewEntry, ReadonlySet<number>>;
};

export const planOutputs = (sending: Engine, at: EpochMs, messages: readonly (readonly EntryItem[])[]): OutputPlan => {
  const packer = makeEntryPacker(['output', sending.owner, sending.nonce()], sending);
  const minute = minuteOf(at);
  const owner: number[] = [];
  const packed = messages.flatMap((items, key) =>
    items.flatMap((item) => {
      owner.push(key);
      return packer.add(item, minute, 'L');
    }),
  );
  packed.push(...packer.drain());
  const parts = new Map<number, OutboxPart[]>();
  const owners = new Map<NewEntry, Set<number>>();
  for (const { entry, positions } of packed) {
    const pk = partitionKey(entry.segment);
    owners.set(entry, new Set(positions.map((position) => owner[position] as number)));
    positions.forEach((position, index) => {
      const key = owner[position] as number;
      const own = parts.get(key) ?? [];
      parts.set(key, own);
      const last = own.at(-1);
      if (last && last.sk === entry.sk) own[own.length - 1] = { ...last, n: last.n + 1 };
      else own.push({ pk, sk: entry.sk, first: index, n: 1 });
    });
  }
  const outboxes = new Map([...parts].map(([key, own]): [number, Outbox] => [key, { at, parts: own }]));
  return { at, entries: packed.map(({ entry }) => entry), outboxes, owners };
};

const accept = (sending: Engine, at: EpochMs, n: number): void => {
  sending.ledgers.book(minuteOf(at), { accepted: n });
  sending.telemetry.count('accepted', n);
};

/** Stores the entries of a plan whose keys all committed; returns the keys that have to store their outputs themselves. */
export const storePlan = async (
  sending: Engine,
  plan: OutputPlan,
  committed: ReadonlySet<number>,
): Promise<readonly number[]> => {
  const whole = plan.entries.filter((entry) => [...(plan.owners.get(entry) ?? [])].every((key) => committed.has(key)));
  await storeEntries(sending, whole, plan.at);
  accept(
    sending,
    plan.at,
    whole.reduce((sum, { items }) => sum + items.length, 0),
  );
  const torn = plan.entries.filter((entry) => !whole.includes(entry));
  const keys = new Set(torn.flatMap((entry) => [...(plan.owners.get(entry) ?? [])]));
  return [...keys].filter((key) => committed.has(key));
};

/** Where a key stores the outputs of one part of its outbox by itself; always the same, whoever does it. */
const ownPlace = (sending: Engine, part: OutboxPart, at: EpochMs) => {
  const entryId = entryIdOf('own-output', part.pk, part.sk, part.first);
  // In the shard of the plan: by the time that somebody looks there may be more of them.
  const shard = parsePartitionKey(part.pk)?.shard ?? 0;
  const segment = { timeline: sending.timeline, minute: minuteOf(at), shard };
  return { segment, sk: entrySortKey('L', at, entryId) };
};

/** The own entry of one part of an outbox, under the ids that its plan gave. */
const ownEntry = (sending: Engine, part: OutboxPart, of: { items: readonly EntryItem[]; at: EpochMs }) => {
  const planned = parsePartitionKey(part.pk);
  if (!planned || of.items.length === 0) return undefined;
  const prefix = entryIdPrefix({ segment: planned, sk: part.sk });
  const items = of.items.map((item, n) => ({ ...item, id: messageIdAt(prefix, part.first + n), fresh: true as const }));
  return { ...ownPlace(sending, part, of.at), items };
};

type PartOf = { readonly part: OutboxPart; readonly items: readonly EntryItem[] };

const partsOf = ({ parts }: Outbox, messages: readonly EntryItem[]): PartOf[] => {
  let from = 0;
  return parts.map((part) => {
    const items = messages.slice(from, from + part.n);
    from += part.n;
    return { part, items };
  });
};

const placeOf = ({ segment, sk }: Pick<NewEntry, 'segment' | 'sk'>) => ({ pk: partitionKey(segment), sk });

/** True for an item of the table of segments that is there. */
export const isStored = async (sending: Engine, { pk, sk }: { pk: string; sk: string }): Promise<boolean> =>
  (await sending.store.get({ table: 'segments', pk, sk })) !== undefined;

/** Sees to it that an entry that is stored is worked off (O4). */
const secure = async (sending: Engine, entry: NewEntry): Promise<void> => {
  if (sending.clock.now() < lateFenceOf(entry.segment.minute, sending.timing)) return;
  const last = await lastRecord(sending.store, unitOf(entry));
  if (!last?.settled) await sendHints(sending, await passFences(sending, [entry]));
};

/** The entry of the plan, of which only this key's items are known. */
const plannedEntry = ({ pk, sk }: OutboxPart, items: readonly EntryItem[]): NewEntry | undefined => {
  const segment = parsePartitionKey(pk);
  return segment && items.length > 0 ? { segment, sk, items } : undefined;
};

/** Stores the outputs of one key by itself (O1, O2); again, it sees to it that they are sent. */
export const storeOwnOutputs = async (sending: Engine, outbox: Outbox, messages: readonly EntryItem[]) => {
  const { at } = outbox;
  for (const { part, items } of partsOf(outbox, messages)) {
    const planned = plannedEntry(part, items);
    const own = planned && ownEntry(sending, part, { items, at });
    if (!own) continue;
    if (await isStored(sending, part)) await secure(sending, planned);
    else if (await isStored(sending, placeOf(own))) await secure(sending, own);
    else {
      await storeEntries(sending, [own], at);
      accept(sending, at, items.length);
    }
  }
};

/** Long before entries are collected, whoever was to look for the outputs of a commit has looked. */
export const isLookedAfter = ({ clock, retentionMs }: Engine, committedAt: EpochMs): boolean =>
  clock.now() > plusMs(committedAt, retentionMs / 2);

/** Where the mark of a key is whose batch was torn (O3). */
export const ownMark = ({ pk, first }: OutboxPart): { readonly pk: string; readonly sk: string } => ({
  pk,
  sk: `#${first}`,
});

/** As planned, or by itself where its batch was torn. */
const isPlaced = async (sending: Engine, part: OutboxPart, at: EpochMs): Promise<boolean> => {
  const own = part.n === 0 ? ownMark(part) : placeOf(ownPlace(sending, part, at));
  return (await isStored(sending, part)) || (await isStored(sending, own));
};

/** `there`: nothing to do. `early`: their writer may still store them. `missing`: they are to be stored. */
export type OutboxState = 'there' | 'early' | 'missing';

/** Are the outputs of a record where it says? */
export const lookForOutputs = async (sending: Engine, { outbox }: Pick<KeyRecord, 'outbox'>): Promise<OutboxState> => {
  if (!outbox) return 'there';
  if (isLookedAfter(sending, outbox.at)) return 'there';
  const stored = await Promise.all(outbox.parts.map((part) => isPlaced(sending, part, outbox.at)));
  if (stored.every(Boolean)) return 'there';
  const { commitWithinMs, skewMs } = sending.timing;
  return sending.clock.now() < plusMs(outbox.at, commitWithinMs + skewMs) ? 'early' : 'missing';
};
