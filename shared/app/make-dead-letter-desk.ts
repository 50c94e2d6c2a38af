import { Problem } from '../core/problem.ts';
import { epochMs } from '../core/time/epoch.ts';
import { requireClock } from './clock-check.ts';
import type { DeadLetterDesk, DeadLetterView } from './dead-letter-desk.ts';
import type { DeadLetter } from './dead-letter-record.ts';
import {
  DEAD_LETTER_STRIPES,
  deadLetterPartition,
  isDeadLetterSortKey,
  isOfProcess,
  parseDeadLetter,
} from './dead-letter-record.ts';
import type { Engine } from './engine.ts';
import { invalidCursor } from './invalid-cursor.ts';
import { letterOf, type RedriveEngines, redriveLetter } from './redrive-letter.ts';
import { ensureCursor } from './tick/cursor.ts';
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

const redriveAll = async (
  engines: RedriveEngines,
  letters: readonly DeadLetter[],
  ratePerSecond: number | undefined,
) => {
  const { clock } = engines.sending;
  const start = clock.now();
  const gapMs = ratePerSecond === undefined ? 0 : 1000 / ratePerSecond;
  let redriven = 0;
  for (let from = 0; from < letters.length; from += AT_ONCE) {
    const now = clock.now();
    const moved = await Promise.all(
      letters.slice(from, from + AT_ONCE).map((letter, n) => {
        const slot = Math.ceil(start + (from + n) * gapMs);
        return redriveLetter(engines, letter, epochMs(Math.max(now, slot, letter.dueAt)));
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

/** Makes sure that ticks will find what is brought back to processes. Throws Problem 409 where there are none. */
const openProcesses = async ({ processing }: RedriveEngines): Promise<void> => {
  if (processing) await ensureCursor(processing, processing.timeline);
  else throw new Problem(409, 'PROCESS_NOT_DEPLOYED', 'No process functions are deployed here; nothing was redriven.');
};

/** The use cases of dead letters on the segment engine; `processing` is that of process functions, where there are any. */
export const makeDeadLetterDesk = (engine: Engine, processing?: Engine): DeadLetterDesk => ({
  list: async (request) => {
    const { letters, next } = await listLetters(engine, request);
    return { items: letters.map(viewOf), next };
  },
  redrive: async (request) => {
    await requireClock(engine);
    await ensureCursor(engine, engine.timeline);
    const found =
      'target' in request
        ? await lettersOfTarget(engine, request.target)
        : await Promise.all(request.ids.map((id) => letterOf(engine, id)));
    const letters = found.filter((letter) => letter !== undefined);
    const engines = { sending: engine, ...(processing && { processing }) };
    if (letters.some(isOfProcess)) await openProcesses(engines);
    return redriveAll(engines, letters, request.ratePerSecond);
  },
});
