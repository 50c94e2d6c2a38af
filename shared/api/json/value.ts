import { skipScalar, skipSpace, skipString, type TextFlags } from './text.ts';

/** Why a text was refused before anything was built from it. */
export type ScanFault = 'malformed' | 'not-an-object' | 'not-an-array' | 'too-deep' | 'too-many-keys';

export type ScanLimits = {
  /** Objects and arrays inside one another, the outermost one included. */
  readonly depth: number;
  /** Members of one object. */
  readonly keys: number;
};

/** The state of walking over one value after the other without building any of them. */
export type Walk = TextFlags & {
  readonly limits: ScanLimits;
  fault: ScanFault;
  /** Containers that are open. */
  depth: number;
  /** By depth: names so far of the object that is open there, or `IN_ARRAY`. */
  readonly open: Int32Array;
  /** All names since the counter was last cleared. */
  names: number;
  /** Behind the last name, at its closing quote. */
  nameEnd: number;
};

const IN_ARRAY = -1;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BRACKET_OPEN = 91;
const BRACKET_CLOSE = 93;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;

export const makeWalk = (limits: ScanLimits): Walk => ({
  limits,
  fault: 'malformed',
  depth: 0,
  open: new Int32Array(limits.depth + 1),
  names: 0,
  nameEnd: 0,
  escaped: false,
  loneSurrogate: false,
});

const fail = (walk: Walk, fault: ScanFault): -1 => {
  walk.fault = fault;
  return -1;
};

/** From the opening quote of a name, over the colon, to where its value starts. */
export function skipName(walk: Walk, text: string, at: number, end: number): number {
  if (at >= end || text.charCodeAt(at) !== QUOTE) return -1;
  const behind = skipString(walk, text, at + 1, end);
  walk.nameEnd = behind - 1;
  const colon = behind < 0 ? end : skipSpace(text, behind, end);
  return colon < end && text.charCodeAt(colon) === COLON ? skipSpace(text, colon + 1, end) : -1;
}

/** Counts one more name of the object that is open, and goes to its value. */
function nextName(walk: Walk, text: string, at: number, end: number): number {
  const names = (walk.open[walk.depth] ?? 0) + 1;
  if (names > walk.limits.keys) return fail(walk, 'too-many-keys');
  walk.open[walk.depth] = names;
  walk.names += 1;
  return skipName(walk, text, at, end);
}

/** Goes into containers as deep as the first value that has nothing inside, and behind it. */
function descend(walk: Walk, text: string, at: number, end: number): number {
  while (at >= 0 && at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return skipString(walk, text, at + 1, end);
    if (code !== BRACE_OPEN && code !== BRACKET_OPEN) return skipScalar(text, at, end);
    const isObject = code === BRACE_OPEN;
    if (walk.depth >= walk.limits.depth) return fail(walk, 'too-deep');
    at = skipSpace(text, at + 1, end);
    if (at < end && text.charCodeAt(at) === (isObject ? BRACE_CLOSE : BRACKET_CLOSE)) return at + 1;
    walk.depth += 1;
    walk.open[walk.depth] = isObject ? 0 : IN_ARRAY;
    if (isObject) at = nextName(walk, text, at, end);
  }
  return -1;
}

/** Behind a value: closes the containers that end with it, down to `base`, or goes to the next value inside one. */
function ascend(walk: Walk, text: string, at: number, end: number, base: number): number {
  while (at >= 0 && walk.depth > base) {
    at = skipSpace(text, at, end);
    if (at >= end) return -1;
    const code = text.charCodeAt(at);
    const inArray = walk.open[walk.depth] === IN_ARRAY;
    if (code === COMMA) {
      at = skipSpace(text, at + 1, end);
      return inArray ? at : nextName(walk, text, at, end);
    }
    if (code !== (inArray ? BRACKET_CLOSE : BRACE_CLOSE)) return -1;
    walk.depth -= 1;
    at += 1;
  }
  return at;
}

/**
 * From the start of a value to behind it, -1 where it is no JSON or beyond the limits (`walk.fault` says which).
 * `base` containers are open around it. Takes time in proportion to the text, whatever its depth.
 */
export function skipValue(walk: Walk, text: string, at: number, end: number, base: number): number {
  walk.depth = base;
  do {
    at = ascend(walk, text, descend(walk, text, at, end), end, base);
  } while (at >= 0 && walk.depth > base);
  return at;
}
