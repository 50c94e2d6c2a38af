import type { EpochMs } from '../time/epoch.ts';
import { epochMs } from '../time/epoch.ts';
import type { EntryItem, ItemExtras, OpenedEntry } from './entry.ts';
import { MAX_ENTRY_ITEMS } from './message-id.ts';
import { parseRefs, splitRefs } from './ref-column.ts';

/*
 * An entry is [length of the columns, 4 bytes][columns, JSON][payloads, back to back]; the caller compresses it.
 * Columns rather than objects: half the bytes, and decoding a thousand items parses a few arrays of numbers.
 *
 * E1  Items are sorted by due time, so `d` never falls.
 * E2  A payload is stored as its bytes: what goes out is what came in.
 * E3  `v` is raised for a form that an older reader would misread; a new optional column does not raise it.
 */
const VERSION = 1;

type Columns = {
  v: number;
  n: number;
  /** The first due time, and each one's distance from it (left out where all are equal). */
  at: number;
  d?: number[];
  /** Distinct targets, and each item's number among them (left out where there is one). */
  t: string[];
  ti?: number[];
  /** Payload lengths in bytes, −1 for none; one number where all are equal. */
  l: number | number[];
  ref?: (string | null)[];
  key?: (string | null)[];
  tok?: (string | null)[];
  /** Distinct extras, and each item's number among them, −1 for none. */
  x?: ItemExtras[];
  xi?: number[];
};

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

const EXTRA_NAMES = [
  'headers',
  'notAfter',
  'onMissed',
  'delivery',
  'traceparent',
  'zone',
  'unspreadAt',
  'requestedAt',
  'id',
  'firstDueAt',
  'attempt',
  'lastError',
  'paced',
  'redriven',
  'fresh',
] as const;

const extrasText = (item: EntryItem): string => {
  const extras: Record<string, unknown> = {};
  let any = false;
  for (const name of EXTRA_NAMES) {
    if (item[name] === undefined) continue;
    extras[name] = item[name];
    any = true;
  }
  return any ? JSON.stringify(extras) : '';
};

/** Each value's number in the order of first sight; `-1` for `none`. */
const dictionary = (values: readonly string[], none?: string): { distinct: string[]; numbers: number[] } => {
  const seen = new Map<string, number>();
  const numbers = values.map((value) => {
    if (value === none) return -1;
    const known = seen.get(value);
    if (known !== undefined) return known;
    seen.set(value, seen.size);
    return seen.size - 1;
  });
  return { distinct: [...seen.keys()], numbers };
};

const sameOrList = (values: number[]): number | number[] =>
  values.every((value) => value === values[0]) ? (values[0] ?? 0) : values;

const payloadBytes = (items: readonly EntryItem[]): { bytes: Uint8Array; lengths: number[] } => {
  const joined = items.every((item) => typeof item.payload !== 'object')
    ? items.map((item) => item.payload ?? '').join('')
    : undefined;
  const whole = joined === undefined ? undefined : encoder.encode(joined);
  if (whole && whole.length === joined?.length) {
    const lengths = items.map((item) => (item.payload === undefined ? -1 : (item.payload as string).length));
    return { bytes: whole, lengths };
  }
  const parts = items.map((item) => (typeof item.payload === 'string' ? encoder.encode(item.payload) : item.payload));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + (part?.length ?? 0), 0));
  let at = 0;
  for (const part of parts) {
    if (part) bytes.set(part, at);
    at += part?.length ?? 0;
  }
  return { bytes, lengths: parts.map((part) => part?.length ?? -1) };
};

const optionalColumn = (values: (string | undefined)[]): (string | null)[] | undefined =>
  values.some((value) => value !== undefined) ? values.map((value) => value ?? null) : undefined;

const toColumns = (items: readonly EntryItem[], lengths: number[]): Columns => {
  const at = items[0]?.dueAt ?? 0;
  const targets = dictionary(items.map((item) => item.target));
  const extras = dictionary(items.map(extrasText), '');
  const ref = optionalColumn(items.map((item) => item.ref));
  const key = optionalColumn(items.map((item) => item.key));
  const tok = optionalColumn(items.map((item) => item.token));
  return {
    v: VERSION,
    n: items.length,
    at,
    ...(items.at(-1)?.dueAt === at ? {} : { d: items.map((item) => item.dueAt - at) }),
    t: targets.distinct,
    ...(targets.distinct.length > 1 ? { ti: targets.numbers } : {}),
    l: sameOrList(lengths),
    ...(ref ? { ref } : {}),
    ...(key ? { key } : {}),
    ...(tok ? { tok } : {}),
    ...(extras.distinct.length > 0
      ? { x: extras.distinct.map((text) => JSON.parse(text) as ItemExtras), xi: extras.numbers }
      : {}),
  };
};

/** Packs 1–4096 items, sorted by due time. Throws RangeError for another number of items. */
export const encodeEntry = (items: readonly EntryItem[]): Uint8Array => {
  if (items.length === 0 || items.length > MAX_ENTRY_ITEMS) throw new RangeError(`entry of ${items.length} items`);
  const { bytes, lengths } = payloadBytes(items);
  const columns = encoder.encode(JSON.stringify(toColumns(items, lengths)));
  const packed = new Uint8Array(4 + columns.length + bytes.length);
  new DataView(packed.buffer).setUint32(0, columns.length);
  packed.set(columns, 4);
  packed.set(bytes, 4 + columns.length);
  return packed;
};

const isColumn = (column: unknown, n: number): boolean =>
  column === undefined || (Array.isArray(column) && column.length === n);

const isColumns = (value: unknown): value is Columns => {
  if (typeof value !== 'object' || value === null) return false;
  const c = value as Partial<Columns>;
  const n = c.n ?? 0;
  return (
    c.v === VERSION &&
    Number.isInteger(n) &&
    n > 0 &&
    n <= MAX_ENTRY_ITEMS &&
    Number.isSafeInteger(c.at) &&
    Array.isArray(c.t) &&
    (typeof c.l === 'number' || (c.l !== undefined && isColumn(c.l, n))) &&
    [c.d, c.ti, c.ref, c.key, c.tok, c.xi].every((column) => isColumn(column, n))
  );
};

/** Where each payload starts, and where the last one ends; `undefined` where the lengths do not add up. */
const offsetsOf = (columns: Columns, start: number, end: number): Uint32Array | undefined => {
  const offsets = new Uint32Array(columns.n + 1);
  let at = start;
  for (let i = 0; i < columns.n; i += 1) {
    offsets[i] = at;
    const length = typeof columns.l === 'number' ? columns.l : (columns.l[i] ?? 0);
    at += Math.max(0, length);
  }
  offsets[columns.n] = at;
  return at === end ? offsets : undefined;
};

type Parsed = { readonly columns: Columns; readonly refs: string | undefined; readonly offsets: Uint32Array };

const parseColumns = (packed: Uint8Array): Parsed | undefined => {
  if (packed.length < 4) return undefined;
  const end = 4 + new DataView(packed.buffer, packed.byteOffset).getUint32(0);
  if (end > packed.length) return undefined;
  try {
    const split = splitRefs(decoder.decode(packed.subarray(4, end)));
    const columns: unknown = JSON.parse(split.columns);
    const offsets = isColumns(columns) ? offsetsOf(columns, end, packed.length) : undefined;
    return isColumns(columns) && offsets ? { columns, refs: split.refs, offsets } : undefined;
  } catch {
    return undefined;
  }
};

type Opened = { -readonly [name in keyof EntryItem]: EntryItem[name] };

/** Opens what `encodeEntry` packed; `undefined` where the bytes are damaged or of a version that is not known (F51). */
export const decodeEntry = (packed: Uint8Array): OpenedEntry | undefined => {
  const parsed = parseColumns(packed);
  if (!parsed) return undefined;
  const { columns, refs, offsets } = parsed;
  let names: readonly (string | null)[] | undefined;
  const dueAt = (index: number): EpochMs => epochMs(columns.at + (columns.d?.[index] ?? 0));
  const unnamed = (index: number): Opened => {
    const length = typeof columns.l === 'number' ? columns.l : (columns.l[index] ?? 0);
    const start = offsets[index] ?? 0;
    const key = columns.key?.[index];
    const token = columns.tok?.[index];
    const place = { dueAt: dueAt(index), target: columns.t[columns.ti?.[index] ?? 0] ?? '' };
    const extras = columns.x?.[columns.xi?.[index] ?? -1];
    const opened: Opened = extras ? { ...extras, ...place } : place;
    // Set one by one: spreads of what may be missing take several times as long.
    if (length >= 0) opened.payload = packed.subarray(start, start + length);
    if (key != null) opened.key = key;
    if (token != null) opened.token = token;
    return opened;
  };
  const item = (index: number): EntryItem => {
    names ??= columns.ref ?? (refs === undefined ? [] : (parseRefs(refs, columns.n) ?? []));
    const opened = unnamed(index);
    const ref = names[index];
    if (ref != null) opened.ref = ref;
    return opened;
  };
  return { n: columns.n, targets: columns.t, dueAt, item, unnamed };
};
