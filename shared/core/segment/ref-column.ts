/*
 * The callers' own names for the items of an entry, left in the text of its columns until one is asked for: sending has no use for
 * them. V8 keeps every text of up to ten characters that it parses in a table of its own, in the old generation: a million of them
 * were 32 MB of strings and as much of table when a herd went out.
 */

const HEAD = '"ref":';

/** Of a column of objects, in which anything may stand; it comes behind the names. */
const EXTRAS = '"x":[';

/**
 * The end of an array, with what follows it. None of this can stand in a string: a quote in one has a backslash before it, and one
 * that ends it has no letter behind it.
 */
const END = /\](?:,(?="[a-z]+":)|(?=\}$))/g;

export type SplitColumns = {
  /** The columns but this one. */
  readonly columns: string;
  /** The array, as JSON. */
  readonly refs: string | undefined;
};

/** Takes the column out of the JSON of all; what it does not find where `encodeEntry` puts it stays. */
export const splitRefs = (text: string): SplitColumns => {
  const whole = { columns: text, refs: undefined };
  const from = text.indexOf(`${HEAD}[`);
  if (from < 0 || text.lastIndexOf(EXTRAS, from) >= 0) return whole;
  END.lastIndex = from;
  const end = END.exec(text);
  if (!end) return whole;
  const isLast = end[0] === ']';
  const before = text.slice(0, isLast ? text.lastIndexOf(',', from) : from);
  return { columns: before + text.slice(END.lastIndex), refs: text.slice(from + HEAD.length, end.index + 1) };
};

/** The names, `null` for an item without; `undefined` where the text is none of ours. */
export const parseRefs = (refs: string, n: number): readonly (string | null)[] | undefined => {
  try {
    const column: unknown = JSON.parse(refs);
    return Array.isArray(column) && column.length === n ? column : undefined;
  } catch {
    return undefined;
  }
};
