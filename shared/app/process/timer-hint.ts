import { type EpochMs, epochMs } from '../../core/time/epoch.ts';
import type { Engine } from '../engine.ts';
import type { KeyRecord, StoredKey } from './key-record.ts';

/**
 * A stored reminder to look at a key. It is stored before the commit that it belongs to, so the worker that gets it asks
 * the key's record what to think of it:
 *
 *   writer:  read record, version b ─► store hint (b) ─► commit, version b + 1
 *   worker:                              read record ──► names the hint: step the key
 *                                                        beyond b, another hint: superseded, or lost a race: drop
 *                                                        still at b: in the making, or its writer died
 *
 * H1 A writer commits within `commitWithinMs` of storing its hint, or not at all.
 * H2 A worker drops a hint whose record is still at b only after that time and after it has raised the record's version,
 *    so that a writer that was frozen meanwhile cannot commit what nobody would be reminded of.
 */
export type TimerHint =
  /** At `at` a processing timer is over. */
  | { readonly kind: 'processing'; readonly at: EpochMs; readonly base: number }
  /** The watermark reached an event timer at `at`; `writtenAt` is when the hint was stored. */
  | { readonly kind: 'event'; readonly at: number; readonly base: number; readonly writtenAt: EpochMs }
  /** Some minutes after a commit: are its outputs where they should be (R3)? */
  | { readonly kind: 'outbox'; readonly at: EpochMs; readonly base: number };

export type HintVerdict =
  | { readonly kind: 'agrees' }
  | { readonly kind: 'superseded' }
  /** Its writer may commit until `until`. */
  | { readonly kind: 'early'; readonly until: EpochMs }
  /** Nobody may commit it any more, once the version is raised. */
  | { readonly kind: 'void' };

const names = (record: KeyRecord, hint: TimerHint): boolean => {
  if (hint.kind === 'processing') return record.hintAt === hint.at;
  return hint.kind === 'event' && record.eventHintAt === hint.at;
};

/** Judges a hint by the record of its key; `writtenAt` is when it was stored, or later. */
export const judgeHint = (
  { record, version }: StoredKey,
  hint: TimerHint,
  { engine, writtenAt }: { readonly engine: Engine; readonly writtenAt: EpochMs },
): HintVerdict => {
  // Whether outputs are in place is asked of whatever the record has by now.
  if (hint.kind === 'outbox' || names(record, hint)) return { kind: 'agrees' };
  // Below it, the key was collected since: it had no timer.
  if (version !== hint.base) return { kind: 'superseded' };
  const until = epochMs(writtenAt + engine.timing.commitWithinMs + engine.timing.skewMs);
  return engine.clock.now() < until ? { kind: 'early', until } : { kind: 'void' };
};

/** A hint as the payload of an item: the key, the version, and `o` where it asks for outputs. */
export const encodeHint = (key: string, hint: TimerHint, writtenAt: EpochMs): string =>
  JSON.stringify([key, hint.base, writtenAt, ...(hint.kind === 'outbox' ? ['o'] : [])]);

export type DecodedHint = { readonly key: string; readonly hint: TimerHint; readonly writtenAt: EpochMs };

/** Reads the payload of an item of the process timeline that came due at `at`; `undefined` for anything else (F16). */
export const decodeHint = (text: string, at: EpochMs): DecodedHint | undefined => {
  try {
    const [key, base, writtenAt, asks] = JSON.parse(text) as unknown[];
    if (typeof key !== 'string' || !Number.isSafeInteger(base) || !Number.isSafeInteger(writtenAt)) return undefined;
    const hint = { kind: asks === 'o' ? 'outbox' : 'processing', at, base: base as number } as const;
    return { key, hint, writtenAt: writtenAt as EpochMs };
  } catch {
    return undefined;
  }
};
