import { hash32 } from '../core/hash.ts';
import { Problem } from '../core/problem.ts';
import { laneFor, minuteOf } from '../core/segment/bucket.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import { entrySortKey, parsePartitionKey, partitionKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { plusMs } from '../core/time/epoch.ts';
import type { DeadLetter, Redrive } from './dead-letter-record.ts';
import {
  deadLetterKey,
  isOfProcess,
  parseDeadLetter,
  placeOfProcessLetter,
  processOf,
  toDeadLetterItem,
} from './dead-letter-record.ts';
import type { Engine } from './engine.ts';
import { entryIdOf } from './entry-id.ts';
import { findMessage } from './find-message.ts';
import { storeEntries } from './store-entries.ts';

/** Of messages and, where there are process functions, of their timeline. */
export type RedriveEngines = { readonly sending: Engine; readonly processing?: Engine };

/** What an item of the process timeline says that brings a dead letter back to its process. */
export const encodeRedrive = (id: string): string => JSON.stringify({ dead: id });

/** The id of the dead letter that an item of the process timeline brings back; `undefined` for anything else (F16). */
export const decodeRedrive = (text: string): string | undefined => {
  try {
    const { dead } = JSON.parse(text) as { readonly dead?: unknown };
    return typeof dead === 'string' ? dead : undefined;
  } catch {
    return undefined;
  }
};

/** The letter of an id that is dead now; `undefined` where it was redriven. Throws Problem 404. */
export const letterOf = async (engine: Engine, id: string): Promise<DeadLetter | undefined> => {
  const place = placeOfProcessLetter(id) ?? (await placeOfMessageLetter(engine, id));
  const stored = place && (await engine.store.get(place));
  const letter = stored ? parseDeadLetter(stored) : undefined;
  if (letter) return letter.redrive?.done ? undefined : letter;
  throw new Problem(404, 'NOT_FOUND', 'One of the ids is no dead letter; nothing was redriven.');
};

const placeOfMessageLetter = async (engine: Engine, id: string) => {
  const trail = (await findMessage(engine, id))?.trail ?? [];
  const deaths = trail.map(({ fate }) => fate).filter((fate) => fate.kind === 'ended' && fate.item.k === 'dead');
  const last = deaths.at(-1);
  return last?.kind === 'ended' ? deadLetterKey(id, last.at) : undefined;
};

/** The place where a letter goes: its own entry, named after the letter as it is now. */
const planRedrive = (engine: Engine, letter: DeadLetter, dueAt: EpochMs): Redrive => {
  const entryId = entryIdOf('redrive', letter.id, letter.deadAt, letter.version);
  const at = engine.clock.now();
  const minute = minuteOf(dueAt);
  const segment = { timeline: engine.timeline, minute, shard: hash32(entryId) % engine.shards };
  const sk = entrySortKey(laneFor(minute, at, engine.timing), dueAt, entryId);
  return { pk: partitionKey(segment), sk, index: 0, dueAt, at, done: false };
};

/** A keyed message is sent again as it was, whatever its key holds by now: hence no token. */
const redrivenItem = ({ item, payload, id, dueAt: firstDueAt }: DeadLetter, dueAt: EpochMs): EntryItem => {
  const { token: _, fresh: __, ...rest } = item;
  return { ...rest, id, dueAt, firstDueAt, redriven: true, ...(payload ? { payload } : {}) };
};

const moveLetter = async (engine: Engine, letter: DeadLetter, redrive: Redrive): Promise<DeadLetter | undefined> => {
  const moved = { ...letter, redrive, version: letter.version + 1 };
  const expiresAt = Math.ceil(plusMs(redrive.dueAt, engine.retentionMs) / 1000);
  return (await engine.store.put(toDeadLetterItem(moved, expiresAt), letter.version)) === 'stored' ? moved : undefined;
};

/**
 * Sends one message again: plan into the letter, entry into its segment, letter done. A call that is tried again after
 * a crash finds the plan and writes the same entry; of two calls at once, one gives way.
 */
const redriveMessage = async (engine: Engine, letter: DeadLetter, dueAt: EpochMs): Promise<boolean> => {
  const planned = letter.redrive ? letter : await moveLetter(engine, letter, planRedrive(engine, letter, dueAt));
  const segment = planned?.redrive && parsePartitionKey(planned.redrive.pk);
  if (!planned?.redrive || !segment) return false;
  const { redrive } = planned;
  await storeEntries(engine, [{ segment, sk: redrive.sk, items: [redrivenItem(letter, redrive.dueAt)] }], redrive.at);
  if (!(await moveLetter(engine, planned, { ...redrive, done: true }))) return false;
  engine.ledgers.book(segment.minute, { dead: -1 });
  return true;
};

/**
 * Brings what a process gave up back to it: an item of its timeline that names the letter, which stays as it is until the
 * process has committed (`redrive-input.ts`). Asked again meanwhile, it is brought again, under the same id (P11).
 */
const redriveInput = async (engine: Engine, letter: DeadLetter, dueAt: EpochMs): Promise<boolean> => {
  const redrive = planRedrive(engine, letter, dueAt);
  const segment = parsePartitionKey(redrive.pk);
  if (!segment || !(await moveLetter(engine, letter, redrive))) return false;
  const item: EntryItem = { dueAt, target: processOf(letter), payload: encodeRedrive(letter.id) };
  await storeEntries(engine, [{ segment, sk: redrive.sk, items: [item] }], redrive.at);
  return true;
};

/** Redrives one letter; false where nothing is to be sent, or another call was first. */
export const redriveLetter = async (
  { sending, processing }: RedriveEngines,
  letter: DeadLetter,
  dueAt: EpochMs,
): Promise<boolean> => {
  // The record of a key was damaged, or replaced before a crashed worker's decision was carried out: nothing to send.
  if (!letter.payload) return false;
  if (!isOfProcess(letter)) return redriveMessage(sending, letter, dueAt);
  return processing !== undefined && redriveInput(processing, letter, dueAt);
};
