import { createHash } from 'node:crypto';
import { mediaTypeOf, NDJSON_MEDIA } from '../http/media-type.ts';
import type { Reply } from '../http/reply.ts';
import { bodyRequired } from '../http/request-body.ts';
import type { ApiLimits } from '../limits.ts';
import { type DraftReader, type DraftReading, makeDraftReader } from '../message/draft.ts';
import { type BulkDeps, type BulkRequest, runBulk, type Take } from './bulk-run.ts';
import { type Line, type LineFault, makeLineSplitter } from './line-splitter.ts';

export type StreamRequest = BulkRequest & { readonly bytes: AsyncIterable<Uint8Array> };

/**
 * `POST /v1/messages` with one message a line, of any length in bounded memory. Throws `Problem` before anything is
 * stored for a bad envelope; bad lines are answered in their place. An error of `bytes` stops the call.
 * Where it ends early, `bytes` is left as it is: closing it would close a connection that still has to carry the answer.
 */
export async function streamBulk(request: StreamRequest, deps: BulkDeps): Promise<Reply> {
  const chunks = request.bytes[Symbol.asyncIterator]();
  const first = await firstBytes(chunks);
  if (first === undefined) throw bodyRequired();
  mediaTypeOf(request.headers, [NDJSON_MEDIA]);
  const read = makeDraftReader('bulk', deps.limits);
  return runBulk(deps, request, (take) => feedLines(first, chunks, { take, read, limits: deps.limits }));
}

/** The first chunk that holds anything: an empty body is refused before a call is opened for it. */
async function firstBytes(chunks: AsyncIterator<Uint8Array>): Promise<Uint8Array | undefined> {
  for (;;) {
    const { done, value } = await chunks.next();
    if (done) return undefined;
    if (value.length > 0) return value;
  }
}

type Feeding = { readonly take: Take; readonly read: DraftReader; readonly limits: ApiLimits };

async function feedLines(first: Uint8Array, chunks: AsyncIterator<Uint8Array>, feeding: Feeding): Promise<string> {
  const splitter = makeLineSplitter(feeding.limits.messageBytes);
  const hash = createHash('sha256');
  let chunk: Uint8Array | undefined = first;
  while (chunk !== undefined) {
    hash.update(chunk);
    await takeAll(splitter.linesOf(chunk), feeding);
    const { done, value } = await chunks.next();
    chunk = done ? undefined : value;
  }
  await takeAll(splitter.rest(), feeding);
  return hash.digest('hex');
}

async function takeAll(lines: Iterable<Line>, { take, read, limits }: Feeding): Promise<void> {
  for (const line of lines) {
    if (isBlank(line)) continue;
    const wait = take(typeof line === 'string' ? read(line, 0, line.length) : lineReading(line, limits));
    if (wait !== undefined) await wait;
  }
}

const BRACE_OPEN = 123;
const isBlank = (line: Line): boolean =>
  typeof line === 'string' && line.charCodeAt(0) !== BRACE_OPEN && /^[ \t\r]*$/.test(line);

function lineReading({ fault }: LineFault, { messageBytes }: ApiLimits): DraftReading {
  const issue =
    fault === 'no-utf8'
      ? { pointer: '', code: 'INVALID_UTF8', detail: 'The line is no UTF-8; send JSON in UTF-8.' }
      : { pointer: '', code: 'PAYLOAD_TOO_LARGE', detail: `The line has more than ${messageBytes} bytes.` };
  return { ok: false, issues: [issue] };
}
