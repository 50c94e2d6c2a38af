/** What was seen in the strings since the flags were last cleared. */
export type TextFlags = {
  /** A backslash. */
  escaped: boolean;
  /** Half a surrogate pair, written as an escape. */
  loneSurrogate: boolean;
};

const TAB = 9;
const LINE_FEED = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const DIGIT_0 = 48;
const DIGIT_9 = 57;
const UPPER_E = 69;
const BACKSLASH = 92;
const LOWER_E = 101;
const LOWER_F = 102;
const LOWER_N = 110;
const LOWER_T = 116;
const LOWER_U = 117;
/** What may follow a backslash, but `u`. */
const SHORT_ESCAPES = '"\\/bfnrt';

// The readers of RFC 8259's tokens take a position and answer the one behind the token, or -1 where it is none. In a
// stream of lines the next message starts at `end`: a token that is cut there may lead beyond it, where no reader finds
// anything.

export function skipSpace(text: string, at: number, end: number): number {
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code !== SPACE && code !== LINE_FEED && code !== RETURN && code !== TAB) break;
    at += 1;
  }
  return at;
}

/** Four hexadecimal digits as a number; -1 where they are none. */
function hexAt(text: string, at: number): number {
  const digits = text.slice(at, at + 4);
  return /^[\dA-Fa-f]{4}$/.test(digits) ? Number.parseInt(digits, 16) : -1;
}

const isHigh = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** From a backslash to behind its escape; a surrogate pair of two escapes counts as one. */
function skipEscape(flags: TextFlags, text: string, at: number, end: number): number {
  flags.escaped = true;
  if (at + 1 >= end) return -1;
  if (text.charCodeAt(at + 1) !== LOWER_U) return SHORT_ESCAPES.includes(text.charAt(at + 1)) ? at + 2 : -1;
  const unit = hexAt(text, at + 2);
  if (unit < 0) return -1;
  if (isHigh(unit) && text.startsWith('\\u', at + 6) && isLow(hexAt(text, at + 8))) return at + 12;
  if (isHigh(unit) || isLow(unit)) flags.loneSurrogate = true;
  return at + 6;
}

/** From behind an opening quote to behind the closing one. */
export function skipString(flags: TextFlags, text: string, at: number, end: number): number {
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at + 1;
    if (code < SPACE) return -1;
    at = code === BACKSLASH ? skipEscape(flags, text, at, end) : at + 1;
    if (at < 0) return -1;
  }
  return -1;
}

function skipDigits(text: string, at: number, end: number): number {
  const start = at;
  while (at < end) {
    const code = text.charCodeAt(at);
    if (code < DIGIT_0 || code > DIGIT_9) break;
    at += 1;
  }
  return at === start ? -1 : at;
}

function skipNumber(text: string, at: number, end: number): number {
  if (text.charCodeAt(at) === MINUS) at += 1;
  if (at >= end) return -1;
  at = text.charCodeAt(at) === DIGIT_0 ? at + 1 : skipDigits(text, at, end);
  if (at >= 0 && at < end && text.charCodeAt(at) === DOT) at = skipDigits(text, at + 1, end);
  if (at < 0 || at >= end) return at;
  const exponent = text.charCodeAt(at);
  if (exponent !== LOWER_E && exponent !== UPPER_E) return at;
  const sign = at + 1 < end ? text.charCodeAt(at + 1) : 0;
  return skipDigits(text, sign === PLUS || sign === MINUS ? at + 2 : at + 1, end);
}

const skipWord = (word: string, text: string, at: number): number =>
  text.startsWith(word, at) ? at + word.length : -1;

/** A number, `true`, `false` or `null`. */
export function skipScalar(text: string, at: number, end: number): number {
  const code = text.charCodeAt(at);
  if (code === LOWER_T) return skipWord('true', text, at);
  if (code === LOWER_F) return skipWord('false', text, at);
  if (code === LOWER_N) return skipWord('null', text, at);
  return skipNumber(text, at, end);
}
