import { invalid } from './answer-head.ts';

/** A size, and extensions that mean nothing to us (RFC 9112 section 7.1). */
const SIZE_LINE = /^([0-9A-Fa-f]{1,8})[\t ]*(?:;[\t -~\x80-\xff]*)?$/;
const TRAILER = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t -~\x80-\xff]*$/;

/** Of lines altogether, between chunks and behind them: a body of sizes alone would never grow too long. */
const MAX_LINE_BYTES = 16_384;

const LINE_FEED = 0x0a;

/** Finds the chunks of a body and its end; whatever is no chunked body throws an `AttemptFault`. */
export class ChunkedBody {
  /** What is read next: the line with a size, the rest of a chunk, the empty line behind it, or lines behind the last. */
  #next: 'size' | 'chunk' | 'gap' | 'trailer' = 'size';
  #left = 0;
  #line = '';
  #lineBytes = 0;

  /** Reads from index `from` on and gives the index behind the end of the body, -1 where more has to come. */
  take(bytes: Buffer, from: number, onData: (chunk: Buffer) => void): number {
    let at = from;
    while (at < bytes.length) {
      if (this.#next === 'chunk') {
        const chunk = bytes.subarray(at, at + this.#left);
        at += chunk.length;
        this.#left -= chunk.length;
        if (this.#left === 0) this.#next = 'gap';
        onData(chunk);
        continue;
      }
      const end = bytes.indexOf(LINE_FEED, at);
      this.#extend(bytes.toString('latin1', at, end < 0 ? bytes.length : end));
      if (end < 0) return -1;
      at = end + 1;
      if (this.#isLast()) return at;
    }
    return -1;
  }

  #extend(part: string): void {
    this.#lineBytes += part.length;
    if (this.#lineBytes > MAX_LINE_BYTES) throw invalid('too much between the chunks');
    this.#line += part;
  }

  /** Takes a whole line; true where it is the last of the body. */
  #isLast(): boolean {
    if (!this.#line.endsWith('\r')) throw invalid('a line of a chunked body ends without a carriage return');
    const line = this.#line.slice(0, -1);
    this.#line = '';
    if (this.#next === 'size') this.#startChunk(line);
    else if (this.#next === 'gap') this.#endChunk(line);
    else if (line === '') return true;
    else if (!TRAILER.test(line)) throw invalid('a line behind the last chunk is no header');
    return false;
  }

  #startChunk(line: string): void {
    const [, size] = SIZE_LINE.exec(line) ?? [];
    if (size === undefined) throw invalid('no size of a chunk');
    this.#left = Number.parseInt(size, 16);
    this.#next = this.#left === 0 ? 'trailer' : 'chunk';
  }

  #endChunk(line: string): void {
    if (line !== '') throw invalid('a chunk is longer than its size');
    this.#next = 'size';
  }
}
