import { hash32 } from '../core/hash.ts';
import { Problem } from '../core/problem.ts';
import { laneFor, minuteOf } from '../core/segment/bucket.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import { SEND_TIMELINE } from '../core/segment/message-id.ts';
import { entrySortKey, parsePartitionKey, partitionKey } from '../core/segment/segment-key.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import { epochMs, plusMs } from '../core/time/epoch.ts';
import { requireClock } from './clock-check.ts';
import type { DeadLetterDesk, DeadLetterView } from './dead-letter-desk.ts';
import type { DeadLetter, Redrive } from './dead-letter-record.ts';
import {
  DEAD_LETTER_STRIPES,
  deadLetterKey,
  deadLetterPartition,
  isDeadLetterSortKey,
  isOfProcess,
  parseDeadLetter,
  toDeadLetterItem,
} from './dead-letter-record.ts';
import type { Engine } from './engine.ts';
import { entryIdOf } from './entry-id.ts';
import { findMessage } from './find-message.ts';
import { invalidCursor } from './invalid-cursor.ts';
import { storeEntries } from './store-entries.ts';
import { pagesOf } from './unit-journal.ts';

/** Letters that one redrive moves at most; a caller with more asks again. */
const MAX_REDRIVE = 10_000;

/** Letters that are read at a time: many may be another target's, or redriven. */
const PAGE_ITEMS = 200;

/** Letters that are redriven side by side. */
const AT_ONCE = 16;

const viewOf = ({ item, lastResponse, lastStatus, ...letter }: DeadLetter): DeadLetterView => ({
  id: letter.id,
  ...(item.key === undefined ? {} : { key: item.key }),
  target: letter.target,
  reason: letter.reason,
  attempts: letter.attempts,
  ...(lastStatus === undefined ? {} : { lastStatus }),
  ...(lastResponse === undefined ? {} : { lastResponse }),
  dueAt: letter.dueAt,
  deadAt: letter.deadAt,
});

type Position = { readonly stripe: number; readonly after?: string };

const encodeCursor = (position: Position): string => Buffer.from(JSON.stringify(position)).toString('base64url');

const decodeCursor = (text: string | undefined): Position => {
  if (text === undefined) return { stripe: 0 };
  try {
    const { stripe, after } = JSON.parse(Buffer.from(text, 'base64url').toString()) as Partial<Position>;
    const known = Number.isInteger(stripe) && (stripe as number) >= 0 && (stripe as number) < DEAD_LETTER_STRIPES;
    if (known && (after === undefined || isDeadLetterSortKey(after))) {
      return { stripe: stripe as number, ...(after === undefined ? {} : { after }) };
    }
  } catch {
    // Not a cursor of ours: refused below with the others.
  }
  throw invalidCursor();
};

type Listing = { readonly letters: DeadLetter[]; readonly next: string | null };

/** Letters that were not redriven, or not wholly, by stripe and then by time of death. */
const listLetters = async (
  engine: Engine,
  request: { target?: string; limit: number; cursor?: string },
): Promise<Listing> => {
  const letters: DeadLetter[] = [];
  const wanted = (letter: DeadLetter): boolean =>
    !letter.redrive?.done && (request.target ?? letter.target) === letter.target;
  const start = decodeCursor(request.cursor);
  for (let { stripe } = start; stripe < DEAD_LETTER_STRIPES; stripe += 1) {
    const from = stripe === start.stripe && start.after !== undefined ? `${start.after} ` : '0';
    const range = { table: 'control', pk: deadLetterPartition(stripe), from, to: '~', limit: PAGE_ITEMS } as const;
    for await (const page of pagesOf(engine.store, range)) {
      for (const item of page.items) {
        const letter = parseDeadLetter(item);
        if (!letter || !wanted(letter)) continue;
        letters.push(letter);
        if (letters.length === request.limit) return { letters, next: encodeCursor({ stripe, after: item.sk }) };
      }
    }
  }
  return { letters, next: null };
};

/** The letter of a message that is dead now; `undefined` where it was redriven. Throws Problem 404. */
const letterOf = async (engine: Engine, id: string): Promise<DeadLetter | undefined> => {
  const trail = (await findMessage(engine, id))?.trail ?? [];
  const deaths = trail.map(({ fate }) => fate).filter((fate) => fate.kind === 'ended' && fate.item.k === 'dead');
  const last = deaths.at(-1);
  const stored = last?.kind === 'ended' && (await engine.store.get(deadLetterKey(id, last.at)));
  const letter = stored ? parseDeadLetter(stored) : undefined;
  if (letter) return letter.redrive?.done ? undefined : letter;
  throw new Problem(404, 'NOT_FOUND', 'One of the ids is no dead letter; nothing was redriven.');
};

/** The place where a letter goes: its own entry, named after the letter. */
const planRedrive = (engine: Engine, letter: DeadLetter, dueAt: EpochMs): Redrive => {
  const entryId = entryIdOf('redrive', letter.id, letter.deadAt);
  const at = engine.clock.now();
  const minute = minuteOf(dueAt);
  const segment = { timeline: SEND_TIMELINE, minute, shard: hash32(entryId) % engine.shards };
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
 * Sends one letter again: plan into the letter, entry into its segment, letter done. A call that is tried again after
 * a crash finds the plan and writes the same entry; of two calls at once, one gives way.
 */
const redriveLetter = async (engine: Engine, letter: DeadLetter, dueAt: EpochMs): Promise<boolean> => {
  // The record of a key was damaged, or replaced before a crashed worker's decision was carried out: nothing to send.
  // What a process gave up is fed to it again by its source.
  if (!letter.payload || isOfProcess(letter)) return false;
  const planned = letter.redrive ? letter : await moveLetter(engine, letter, planRedrive(engine, letter, dueAt));
  const segment = planned?.redrive && parsePartitionKey(planned.redrive.pk);
  if (!planned?.redrive || !segment) return false;
  const { redrive } = planned;
  await storeEntries(engine, [{ segment, sk: redrive.sk, items: [redrivenItem(letter, redrive.dueAt)] }], redrive.at);
  if (!(await moveLetter(engine, planned, { ...redrive, done: true }))) return false;
  engine.ledgers.book(segment.minute, { dead: -1 });
  return true;
};

const redriveAll = async (engine: Engine, letters: readonly DeadLetter[], ratePerSecond: number | undefined) => {
  const start = engine.clock.now();
  const gapMs = ratePerSecond === undefined ? 0 : 1000 / ratePerSecond;
  let redriven = 0;
  for (let from = 0; from < letters.length; from += AT_ONCE) {
    const now = engine.clock.now();
    const moved = await Promise.all(
      letters.slice(from, from + AT_ONCE).map((letter, n) => {
        const slot = Math.ceil(start + (from + n) * gapMs);
        return redriveLetter(engine, letter, epochMs(Math.max(now, slot, letter.dueAt)));
      }),
    );
    redriven += moved.filter(Boolean).length;
  }
  return { redriven };
};

const lettersOfTarget = async (engine: Engine, target: string): Promise<DeadLetter[]> => {
  const letters: DeadLetter[] = [];
  let cursor: string | null | undefined;
  while (cursor !== null && letters.length < MAX_REDRIVE) {
    const request: { target: string; limit: number; cursor?: string } = { target, limit: 500 };
    const page = await listLetters(engine, cursor === undefined ? request : { ...request, cursor });
    letters.push(...page.letters);
    cursor = page.next;
  }
  return letters.slice(0, MAX_REDRIVE);
};

/** The use cases of dead letters on the segment engine. */
export const makeDeadLetterDesk = (engine: Engine): DeadLetterDesk => ({
  list: async (request) => {
    const { letters, next } = await listLetters(engine, request);
    return { items: letters.map(viewOf), next };
  },
  redrive: async (request) => {
    await requireClock(engine);
    const letters =
      'target' in request
        ? await lettersOfTarget(engine, request.target)
        : await Promise.all(request.ids.map((id) => letterOf(engine, id)));
    return redriveAll(
      engine,
      letters.filter((letter) => letter !== undefined),
      request.ratePerSecond,
    );
  },
});
