import { type Answer, noAnswer, takeBody } from './answer.ts';
import { type AnswerHead, invalid, readHead } from './answer-head.ts';
import { ChunkedBody } from './chunked-body.ts';

/** The head of an answer may be so long (F23). */
const MAX_HEAD_BYTES = 16_384;

const END_OF_HEAD = Buffer.from('\r\n\r\n');
const START = Buffer.from('HTTP/1.');
const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/**
 * Reads the answers on one connection, one after the other, as strictly as RFC 9112 allows: what it does not understand
 * throws an `AttemptFault`, and bytes behind an answer that nobody asked for end the use of the connection.
 */
export class AnswerReader {
  /** What has come of the answer so far. */
  answer: Answer = noAnswer();
  /** True once the whole answer is there, and the connection can carry another request. */
  canGoOn = false;
  #head: AnswerHead | undefined;
  /** The beginning of a head that is not whole yet: so many bytes of the buffer, which has room for the longest. */
  #begun = 0;
  #buffer: Buffer | undefined;
  #left = 0;
  #chunks: ChunkedBody | undefined;

  /** The receiver's word on idle connections, in milliseconds. */
  get idleMs(): number | undefined {
    return this.#head?.idleMs;
  }

  /** Makes ready for the answer to the next request. */
  start(): void {
    this.answer = noAnswer();
    this.canGoOn = false;
    this.#head = undefined;
    this.#begun = 0;
    this.#chunks = undefined;
  }

  /** Takes what has come; true where that is the whole answer. */
  take(bytes: Buffer): boolean {
    let at = 0;
    // Interim answers come before the one that counts.
    while (this.#head === undefined) {
      const behind = this.#takeHead(at === 0 ? bytes : bytes.subarray(at));
      if (behind < 0) return false;
      at += behind;
    }
    const end = this.#takeBody(bytes, at, this.#head);
    if (end < 0) return false;
    this.canGoOn = this.#head.persists && end === bytes.length;
    return true;
  }

  /** The connection has ended; true where that is the end of the answer. */
  end(): boolean {
    return this.#head?.end.kind === 'end-of-connection';
  }

  /** The index in `bytes` behind a head; -1 where more has to come. */
  #takeHead(bytes: Buffer): number {
    const begun = this.#begun;
    const all = begun === 0 ? bytes : this.#keep(bytes);
    const end = all.indexOf(END_OF_HEAD, Math.max(0, begun - END_OF_HEAD.length));
    if (end > MAX_HEAD_BYTES || (end < 0 && all.length > MAX_HEAD_BYTES)) throw invalid('a head that is too long');
    if (end < 0) {
      refuseNoHead(all, begun);
      if (begun === 0) this.#keep(bytes);
      return -1;
    }
    this.#begun = 0;
    const head = readHead(all.toString('latin1', 0, end));
    if (head.status >= 200) this.#begin(head);
    // Nobody asked whether to go on (100) or for another protocol (101).
    else if (head.status <= 101) throw invalid(`an interim answer ${head.status}`);
    return end + END_OF_HEAD.length - begun;
  }

  /** Copies what comes behind what is kept, and gives all of it; what has no room is in no head that is taken. */
  #keep(bytes: Buffer): Buffer {
    this.#buffer ??= Buffer.allocUnsafeSlow(MAX_HEAD_BYTES + END_OF_HEAD.length);
    this.#begun += bytes.copy(this.#buffer, this.#begun);
    return this.#buffer.subarray(0, this.#begun);
  }

  #begin(head: AnswerHead): void {
    this.#head = head;
    this.answer.status = head.status;
    this.answer.retryAfter = head.retryAfter;
    if (head.end.kind === 'length') this.#left = head.end.bytes;
    if (head.end.kind === 'chunked') this.#chunks = new ChunkedBody();
  }

  /** The index behind the body, -1 where more has to come. */
  #takeBody(bytes: Buffer, from: number, { end }: AnswerHead): number {
    const take = (chunk: Buffer): void => takeBody(this.answer, chunk);
    if (this.#chunks !== undefined) return this.#chunks.take(bytes, from, take);
    const until = end.kind === 'length' ? Math.min(bytes.length, from + this.#left) : bytes.length;
    if (until > from) take(bytes.subarray(from, until));
    if (end.kind !== 'length') return -1;
    this.#left -= until - from;
    return this.#left === 0 ? until : -1;
  }
}

/** Throws where bytes cannot become a head any more: their sender may never write the end that we wait for. */
const refuseNoHead = (bytes: Buffer, from: number): void => {
  const seen = Math.min(bytes.length, START.length);
  if (bytes.compare(START, 0, seen, 0, seen) !== 0) throw invalid('no HTTP/1');
  for (let at = bytes.indexOf(LINE_FEED, from); at >= 0; at = bytes.indexOf(LINE_FEED, at + 1)) {
    if (bytes[at - 1] !== CARRIAGE_RETURN) throw invalid('a line of the head ends without a carriage return');
  }
};
