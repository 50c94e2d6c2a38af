import { AttemptFault } from './attempt-fault.ts';

/** How the end of a body is found (RFC 9112 section 6.3). */
export type BodyEnd =
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'end-of-connection' };

/** Status line and headers of an answer, as far as they matter to us. */
export type AnswerHead = {
  readonly status: number;
  readonly end: BodyEnd;
  /** False where the receiver closes the connection behind this answer. */
  readonly persists: boolean;
  /** For how long it says that it keeps an idle connection. */
  readonly idleMs: number | undefined;
  readonly retryAfter: string | undefined;
};

// Text that came as Latin-1. Anything laxer would let two readers see two answers in the same bytes.
const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t -~\x80-\xff]*)?$/;
const HEADER = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):([\t -~\x80-\xff]*)$/;
const LENGTH = /^\d{1,15}$/;
const IDLE_SECONDS = /(?:^|[\s,])timeout=(\d{1,9})(?:[\s,]|$)/i;
const NO_BODY: BodyEnd = { kind: 'length', bytes: 0 };
const CHUNKED: BodyEnd = { kind: 'chunked' };
const END_OF_CONNECTION: BodyEnd = { kind: 'end-of-connection' };
const MS_PER_SECOND = 1000;

/** The headers that decide; of one that may come more than once, all values, joined as a list. */
type Deciding = {
  'content-length'?: string;
  'transfer-encoding'?: string;
  connection?: string;
  'keep-alive'?: string;
  'retry-after'?: string;
};

const DECIDING = new Set(['content-length', 'transfer-encoding', 'connection', 'keep-alive', 'retry-after']);

const isDeciding = (name: string): name is keyof Deciding => DECIDING.has(name);

export const invalid = (what: string): AttemptFault => new AttemptFault('INVALID_RESPONSE', what);

/** Reads a head without the empty line behind it. Throws an `AttemptFault` where it is none of HTTP/1. */
export const readHead = (text: string): AnswerHead => {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status = ''] = STATUS_LINE.exec(first) ?? [];
  if (minor === undefined) throw invalid('no status line');
  const headers = decidingOf(lines);
  const end = endOf(Number(status), headers);
  return {
    status: Number(status),
    end,
    persists: minor === '1' && end.kind !== 'end-of-connection' && !isListed('close', headers.connection),
    idleMs: idleMsOf(headers['keep-alive']),
    retryAfter: headers['retry-after'],
  };
};

const decidingOf = (lines: readonly string[]): Deciding => {
  const headers: Deciding = {};
  for (const line of lines) {
    const [, name, value = ''] = HEADER.exec(line) ?? [];
    if (name === undefined) throw invalid('a line of the head is no header');
    const lower = name.toLowerCase();
    if (!isDeciding(lower)) continue;
    const before = headers[lower];
    if (before === undefined) headers[lower] = value.trim();
    else if (lower === 'content-length') throw invalid('more than one length');
    else if (lower !== 'retry-after') headers[lower] = `${before},${value.trim()}`;
  }
  return headers;
};

const endOf = (status: number, headers: Deciding): BodyEnd => {
  const length = headers['content-length'];
  const coding = headers['transfer-encoding'];
  if (length !== undefined && coding !== undefined) throw invalid('both kinds of length');
  if (length !== undefined && !LENGTH.test(length)) throw invalid('a length that is no number');
  if (status < 200 || status === 204 || status === 304) return NO_BODY;
  if (length !== undefined) return { kind: 'length', bytes: Number(length) };
  return coding !== undefined && /(?:^|[\s,])chunked$/i.test(coding) ? CHUNKED : END_OF_CONNECTION;
};

const isListed = (token: string, list: string | undefined): boolean =>
  list?.split(',').some((part) => part.trim().toLowerCase() === token) ?? false;

const idleMsOf = (keepAlive: string | undefined): number | undefined => {
  const [, seconds] = IDLE_SECONDS.exec(keepAlive ?? '') ?? [];
  return seconds === undefined ? undefined : Number(seconds) * MS_PER_SECOND;
};
