import { isUtf8 } from 'node:buffer';

/** A line's text, or why it has none. */
export type Line = string | LineFault;
export type LineFault = { readonly fault: 'too-long' | 'no-utf8' };

/** Cuts a stream of bytes into lines; holds back the start of the line that is not complete yet, and no more. */
export type LineSplitter = {
  /** The lines that this chunk completes. Empty ones are left out; each has a string of its own, so none keeps the chunk alive. */
  linesOf(chunk: Uint8Array): Generator<Line, void>;
  /** The last line, where the stream ended without a line end. */
  rest(): Generator<Line, void>;
};

const LINE_FEED = 10;
const TOO_LONG: LineFault = { fault: 'too-long' };
const NO_UTF8: LineFault = { fault: 'no-utf8' };

export function makeLineSplitter(maxLineBytes: number): LineSplitter {
  /** The first `length` bytes are those of the line that is not complete. */
  let held: Buffer = Buffer.alloc(0);
  let length = 0;

  const hold = (bytes: Buffer): void => {
    // Of a line that is too long only so much is kept that it stays too long.
    const part = bytes.subarray(0, maxLineBytes + 1 - length);
    if (length + part.length > held.length) {
      const grown = Buffer.alloc(Math.min(maxLineBytes + 1, 2 * (length + part.length)));
      held.copy(grown, 0, 0, length);
      held = grown;
    }
    length += part.copy(held, length);
  };

  function* linesOf(chunk: Uint8Array): Generator<Line, void> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    if (length > 0) {
      start = bytes.indexOf(LINE_FEED) + 1;
      hold(start === 0 ? bytes : bytes.subarray(0, start - 1));
      if (start === 0) return;
      yield* rest();
    }
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    yield* wholeLines(bytes, start, end, maxLineBytes);
    hold(bytes.subarray(Math.max(start, end)));
  }

  function* rest(): Generator<Line, void> {
    if (length === 0) return;
    const line = held.subarray(0, length);
    length = 0;
    yield lineOf(line, 0, line.length, { maxLineBytes, isText: isUtf8(line) });
  }

  return { linesOf, rest };
}

/** The lines of `bytes[start, end)`, which ends with a line end. */
function* wholeLines(bytes: Buffer, start: number, end: number, maxLineBytes: number): Generator<Line, void> {
  if (start >= end) return;
  // One look at all of them is enough for most; where it fails, each line is judged by itself.
  const isText = isUtf8(bytes.subarray(start, end));
  while (start < end) {
    const feed = bytes.indexOf(LINE_FEED, start);
    if (feed > start) yield lineOf(bytes, start, feed, { maxLineBytes, isText });
    start = feed + 1;
  }
}

function lineOf(bytes: Buffer, start: number, end: number, known: { maxLineBytes: number; isText: boolean }): Line {
  if (end - start > known.maxLineBytes) return TOO_LONG;
  if (!known.isText && !isUtf8(bytes.subarray(start, end))) return NO_UTF8;
  return bytes.toString('utf8', start, end);
}
