import type { Actor } from './actor.ts';

/** A message as a user sent it; the tag is in its payload, so an arrival says which one it is. */
export type Submitted = {
  readonly tag: string;
  readonly payload: string;
  readonly target: string;
  readonly key?: string;
  readonly notAfter?: number;
  readonly atMostOnce: boolean;
};

/** What an API call promised: this message, under this id, at this instant. */
export type Accepted = { readonly id: string; readonly tag: string; readonly dueAt: number; readonly at: number };

/** An acknowledged end of a message before its time. */
export type Revoked = {
  readonly id: string;
  readonly at: number;
  /** When the old one was due next, by the clock that decided. */
  readonly dueAt: number;
  readonly how: 'cancelled' | 'replaced';
  /** By how much the clock of who said so was ahead then. */
  readonly offsetMs: number;
};

/** One attempt as its receiver saw it. */
export type Arrival = {
  readonly id: string;
  readonly tag: string;
  readonly target: string;
  readonly attempt: number;
  readonly worker: Actor;
  /** By how much the worker's clock was ahead then. */
  readonly offsetMs: number;
  /** When the worker let it go, true time. */
  readonly startedAt: number;
  readonly at: number;
  /** The receiver did what the message asked for. */
  readonly acted: boolean;
  /** The worker may take it for one that was not acted upon. */
  readonly answerLost: boolean;
  /** When the worker heard of a failure, if it did, and how long it was asked to wait. */
  readonly failedAt?: number;
  readonly retryAfterMs?: number;
};

export type Violation = { readonly promise: string; readonly what: string; readonly id?: string; readonly at: number };

/** What users sent and were told, what receivers saw, and what was wrong with it. */
export type Model = {
  readonly submitted: Map<string, Submitted>;
  readonly accepted: Map<string, Accepted>;
  /** Where accepted messages lie: `<partition>|<sort key>`. */
  readonly acceptedEntries: Set<string>;
  readonly revoked: Map<string, Revoked>;
  /** When the word of a message's cancel was stored first, true time, by id. */
  readonly cancelStoredAt: Map<string, number>;
  /** Keys and ids that somebody tried to cancel, whatever came of it. */
  readonly cancelsAsked: Set<string>;
  readonly arrivals: Arrival[];
  /** When ticks began, in order. */
  readonly ticks: number[];
  /** Ids in entries that were damaged on purpose. */
  readonly damaged: Set<string>;
  readonly violations: Violation[];
  violate(promise: string, what: string, id?: string): void;
  /** Notes that the word of a message's cancel was stored now; what is stored again changes nothing. */
  noteCancel(id: string): void;
};

/** A clock that is further off is not trusted, and decides nothing (F36). */
export const MOST_SKEW_MS = 30_000;

const MAX_VIOLATIONS = 20;

export const makeModel = (now: () => number): Model => {
  const violations: Violation[] = [];
  const cancelStoredAt = new Map<string, number>();
  return {
    submitted: new Map(),
    accepted: new Map(),
    acceptedEntries: new Set(),
    revoked: new Map(),
    cancelStoredAt,
    cancelsAsked: new Set(),
    arrivals: [],
    ticks: [],
    damaged: new Set(),
    violations,
    violate: (promise, what, id) => {
      if (violations.length < MAX_VIOLATIONS)
        violations.push({ promise, what, at: now(), ...(id === undefined ? {} : { id }) });
    },
    noteCancel: (id) => {
      if (!cancelStoredAt.has(id)) cancelStoredAt.set(id, now());
    },
  };
};
