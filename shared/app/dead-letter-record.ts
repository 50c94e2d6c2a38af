import { hash32 } from '../core/hash.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import { type EpochMs, epochMs } from '../core/time/epoch.ts';
import type { Item, ItemKey } from '../ports/item-store.ts';
import { readSealed, sealJson } from './sealed-text.ts';

/** Letters of process functions: elements, timers and calls, which are no messages. */
const PROCESS_PREFIX = 'process:';

/** The target under which dead letters of a process are listed. */
export const processTarget = (process: string): string => PROCESS_PREFIX + process;

export const isOfProcess = ({ target }: { readonly target: string }): boolean => target.startsWith(PROCESS_PREFIX);

/** The name of the process of such a letter. */
export const processOf = ({ target }: { readonly target: string }): string => target.slice(PROCESS_PREFIX.length);

/** The id of a letter of a process; `content` tells it from others of the same millisecond. */
export const processLetterId = (deadAt: EpochMs, content: string): string => `dead_${deadAt}_${content}`;

/** Where the letter of such an id is; `undefined` for an id of another kind. */
export const placeOfProcessLetter = (id: string): ItemKey | undefined => {
  const deadAt = /^dead_(\d{1,15})_[\w-]{11}$/.exec(id)?.[1];
  return deadAt === undefined ? undefined : deadLetterKey(id, epochMs(Number(deadAt)));
};

/** Partitions that share the load of a flood of dead letters. */
export const DEAD_LETTER_STRIPES = 8;

const DUE_DIGITS = 15;

/** Where and when a dead letter is sent again; decided once, so that doing it again changes nothing. */
export type Redrive = {
  readonly pk: string;
  readonly sk: string;
  readonly index: number;
  readonly dueAt: EpochMs;
  readonly at: EpochMs;
  /** The entry is stored. */
  readonly done: boolean;
};

/** A message that was given up, with all that is needed to send it again. */
export type DeadLetter = {
  readonly id: string;
  readonly target: string;
  readonly reason: string;
  readonly attempts: number;
  readonly lastStatus?: number;
  readonly lastResponse?: string;
  readonly dueAt: EpochMs;
  readonly deadAt: EpochMs;
  /** The item as it was stored, without its payload. */
  readonly item: Omit<EntryItem, 'payload'>;
  readonly payload?: Uint8Array;
  /** Set by the first redrive: where it went. */
  readonly redrive?: Redrive;
  readonly version: number;
};

export const deadLetterPartition = (stripe: number): string => `dead#${stripe}`;

/** By the time of death, so that lists are in order; the same letter has the same key. */
export const deadLetterKey = (id: string, deadAt: EpochMs): ItemKey => ({
  table: 'control',
  pk: deadLetterPartition(hash32(id) % DEAD_LETTER_STRIPES),
  sk: `${String(deadAt).padStart(DUE_DIGITS, '0')}#${id}`,
});

/** True for the sort key of a letter; anything else could be no bound of a list. */
export const isDeadLetterSortKey = (sk: unknown): sk is string =>
  typeof sk === 'string' && /^\d{15}#(?:msg_[\w-]{26}|dead_\d{1,15}_[\w-]{11})$/.test(sk);

export const toDeadLetterItem = (letter: DeadLetter, expiresAt: number): Item => {
  const { payload, version, ...rest } = letter;
  const key = deadLetterKey(letter.id, letter.deadAt);
  return {
    ...key,
    version,
    doc: sealJson(key, rest, payload),
    ...(payload ? { body: payload } : {}),
    expiresAt,
  };
};

/** Reads a stored dead letter; `undefined` where it is damaged (F51). */
export const parseDeadLetter = (item: Item): DeadLetter | undefined => {
  const letter = readSealed<Omit<DeadLetter, 'payload' | 'version'>>(item);
  return letter && { ...letter, ...(item.body ? { payload: item.body } : {}), version: item.version };
};
