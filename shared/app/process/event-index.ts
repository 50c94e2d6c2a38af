import { hash32 } from '../../core/hash.ts';
import { END_OF_TIME } from '../../core/process/event-time.ts';
import type { EpochMs } from '../../core/time/epoch.ts';
import type { Item, RangeQuery } from '../../ports/item-store.ts';
import type { Engine } from '../engine.ts';
import { entryIdOf } from '../entry-id.ts';
import { seal, unseal } from '../sealed-text.ts';
import { squeezed, unsqueezed } from '../squeezed.ts';

/*
 * The event timers of a process by time. A watermark may jump over years, so there are no buckets: each shard is one
 * partition in the order of time, and what has fired is removed from its front.
 */

/** A key with an event timer at `at`, stored for the commit on top of version `base`. */
export type EventHint = { readonly key: string; readonly at: number; readonly base: number };

/** Hints of one batch for about the same time, sorted by it. */
export type EventEntry = { readonly hints: readonly EventHint[]; readonly writtenAt: EpochMs };

const TIME_DIGITS = 16;
const MAX_HINTS = 1_000;
/** Hints further apart than this lie in entries of their own: a wave that reaches one need not carry on the others. */
const SPAN_MS = 60_000;

const pkOf = (process: string, shard: number): string => `event#${process}#${shard}`;

/** Times before 1970 sort as 1970: each hint has its own exact time beside it. */
const digits = (at: number): string => String(Math.max(0, at)).padStart(TIME_DIGITS, '0');

/** Everything of a shard whose first hint is at or before `watermark`. */
export const eventsThrough = (process: string, shard: number, watermark: number): RangeQuery => ({
  table: 'segments',
  pk: pkOf(process, shard),
  from: 'T#',
  to: `T#${digits(Math.min(watermark, END_OF_TIME))}#~`,
});

const toItem = (engine: Engine, process: string, entry: EventEntry): Item => {
  const first = entry.hints[0]?.at ?? 0;
  const body = squeezed(
    new TextEncoder().encode(JSON.stringify(entry.hints.map(({ key, at, base }) => [key, at, base]))),
  );
  const entryId = entryIdOf('event', engine.owner, engine.nonce());
  return {
    table: 'segments',
    pk: pkOf(process, hash32(entryId) % engine.shards),
    sk: `T#${digits(first)}#${entryId}`,
    version: 1,
    doc: seal(String(entry.writtenAt), body),
    body,
  };
};

/** The items that store hints: one for a thousand keys whose timers lie in the same minute. */
export const packEvents = (engine: Engine, process: string, { hints, writtenAt }: EventEntry): Item[] => {
  const sorted = [...hints].sort((a, b) => a.at - b.at);
  const items: Item[] = [];
  let from = 0;
  for (let to = 1; to <= sorted.length; to++) {
    const next = sorted[to];
    const first = sorted[from];
    if (next && first && to - from < MAX_HINTS && next.at - first.at < SPAN_MS) continue;
    items.push(toItem(engine, process, { hints: sorted.slice(from, to), writtenAt }));
    from = to;
  }
  return items;
};

/** Reads a stored entry; `undefined` where it is damaged (F51). */
export const unpackEvents = (item: Item): EventEntry | undefined => {
  const writtenAt = Number(unseal(item.doc, item.body));
  if (!item.body || !Number.isSafeInteger(writtenAt)) return undefined;
  const rows = JSON.parse(new TextDecoder().decode(unsqueezed(item.body))) as [string, number, number][];
  return { hints: rows.map(([key, at, base]) => ({ key, at, base })), writtenAt: writtenAt as EpochMs };
};
