import { skipSpace } from './text.ts';
import { makeWalk, type ScanFault, type ScanLimits, skipName, skipValue, type Walk } from './value.ts';

/** One member of the outermost object; positions are indices into the scanned text. */
export type Member = {
  /** Between the quotes. */
  nameStart: number;
  nameEnd: number;
  valueStart: number;
  valueEnd: number;
  /** A backslash occurs in the name or anywhere in the value. */
  escaped: boolean;
  /** Half a surrogate pair, written as an escape, occurs in the name or anywhere in the value. */
  loneSurrogate: boolean;
  /** Names inside the value, at any depth. */
  innerNames: number;
};

/**
 * Proves that a text is JSON, as strictly as `JSON.parse`, and finds where the members of its outermost object lie,
 * without building a value: so the payload's bytes stay what they are and its content costs no memory.
 * What it found holds until its next scan.
 */
export type JsonScanner = {
  readonly walk: Walk;
  /** The first `count` are those of the last text, in its order, repeated names included. */
  readonly members: Member[];
  count: number;
  /** Of the last array: start and end of each element, one after the other. */
  spans: number[];
};

const COMMA = 44;
const BRACKET_OPEN = 91;
const BRACKET_CLOSE = 93;
const BRACE_OPEN = 123;
const BRACE_CLOSE = 125;

export const makeJsonScanner = (limits: ScanLimits): JsonScanner => ({
  walk: makeWalk(limits),
  members: [],
  count: 0,
  spans: [],
});

const blankMember = (): Member => ({
  nameStart: 0,
  nameEnd: 0,
  valueStart: 0,
  valueEnd: 0,
  escaped: false,
  loneSurrogate: false,
  innerNames: 0,
});

/** The next member to fill; records are used again, because bulk intake scans 300,000 objects a second. */
function nextMember(scanner: JsonScanner): Member {
  const known = scanner.members[scanner.count];
  scanner.count += 1;
  if (known !== undefined) return known;
  const member = blankMember();
  scanner.members.push(member);
  return member;
}

/** Records the member whose name starts at `at` and goes behind its value. */
function readMember(scanner: JsonScanner, text: string, at: number, end: number): number {
  const { walk } = scanner;
  if (scanner.count >= walk.limits.keys) {
    walk.fault = 'too-many-keys';
    return -1;
  }
  walk.escaped = false;
  walk.loneSurrogate = false;
  walk.names = 0;
  const valueStart = skipName(walk, text, at, end);
  const { nameEnd } = walk;
  const valueEnd = skipValue(walk, text, valueStart, end, 1);
  if (valueEnd < 0) return -1;
  const member = nextMember(scanner);
  member.nameStart = at + 1;
  member.nameEnd = nameEnd;
  member.valueStart = valueStart;
  member.valueEnd = valueEnd;
  member.escaped = walk.escaped;
  member.loneSurrogate = walk.loneSurrogate;
  member.innerNames = walk.names;
  return valueEnd;
}

function readElement(scanner: JsonScanner, text: string, at: number, end: number): number {
  const behind = skipValue(scanner.walk, text, at, end, 0);
  if (behind >= 0) scanner.spans.push(at, behind);
  return behind;
}

type List = {
  readonly open: number;
  readonly close: number;
  readonly otherwise: ScanFault;
  /** Takes the element at `at` and goes behind it; -1 where it is refused. */
  readonly take: (scanner: JsonScanner, text: string, at: number, end: number) => number;
};

const OBJECT: List = { open: BRACE_OPEN, close: BRACE_CLOSE, otherwise: 'not-an-object', take: readMember };
const ARRAY: List = { open: BRACKET_OPEN, close: BRACKET_CLOSE, otherwise: 'not-an-array', take: readElement };

/** Scans `text[start, end)`; `undefined` where it is one list and nothing else but white space. */
function scanList(scanner: JsonScanner, text: string, start: number, end: number, list: List): ScanFault | undefined {
  const { walk } = scanner;
  walk.fault = 'malformed';
  scanner.count = 0;
  let at = skipSpace(text, start, end);
  if (at >= end || text.charCodeAt(at) !== list.open) return faultOfOther(walk, text, at, end, list.otherwise);
  at = skipSpace(text, at + 1, end);
  let closed = at < end && text.charCodeAt(at) === list.close;
  while (!closed) {
    at = list.take(scanner, text, at, end);
    if (at < 0) return walk.fault;
    at = skipSpace(text, at, end);
    if (at >= end) return 'malformed';
    closed = text.charCodeAt(at) === list.close;
    if (!closed && text.charCodeAt(at) !== COMMA) return 'malformed';
    if (!closed) at = skipSpace(text, at + 1, end);
  }
  return skipSpace(text, at + 1, end) === end ? undefined : 'malformed';
}

/** For text that starts with no list of the wanted kind: other JSON, or none at all? */
function faultOfOther(walk: Walk, text: string, at: number, end: number, otherwise: ScanFault): ScanFault {
  const behind = at < end ? skipValue(walk, text, at, end, 0) : -1;
  return behind >= 0 && skipSpace(text, behind, end) === end ? otherwise : walk.fault;
}

/** Scans `text[start, end)` as one object; `undefined` where it is one, its members in `scanner.members`. */
export const scanObject = (scanner: JsonScanner, text: string, start: number, end: number): ScanFault | undefined =>
  scanList(scanner, text, start, end, OBJECT);

/**
 * Scans `text[start, end)` as one array and answers where its elements lie: start and end of each, one after the
 * other. The limits hold for each element by itself.
 */
export function scanArray(
  scanner: JsonScanner,
  text: string,
  start: number,
  end: number,
): readonly number[] | ScanFault {
  scanner.spans = [];
  return scanList(scanner, text, start, end, ARRAY) ?? scanner.spans;
}
