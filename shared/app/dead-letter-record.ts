import { hash32 } from '../core/hash.ts';
import type { EntryItem } from '../core/segment/entry.ts';
import type { EpochMs } from '../core/time/epoch.ts';
import type { Item, ItemKey } from '../ports/item-store.ts';
import { seal, unseal } from './sealed-text.ts';

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

export const toDeadLetterItem = (letter: DeadLetter, expiresAt: number): Item => {
  const { payload, version, ...rest } = letter;
  return {
    ...deadLetterKey(letter.id, letter.deadAt),
    version,
    doc: seal(JSON.stringify(rest), payload),
    ...(payload ? { body: payload } : {}),
    expiresAt,
  };
};

/** Reads a stored dead letter; `undefined` where it is damaged (F51). */
export const parseDeadLetter = (item: Item): DeadLetter | undefined => {
  try {
    const letter = JSON.parse(unseal(item.doc, item.body) ?? '') as Omit<DeadLetter, 'payload' | 'version'>;
    if (typeof letter.id !== 'string' || typeof letter.target !== 'string') return undefined;
    return { ...letter, ...(item.body ? { payload: item.body } : {}), version: item.version };
  } catch {
    return undefined;
  }
};
