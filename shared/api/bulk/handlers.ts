import { createHash } from 'node:crypto';
import type { Clock } from '../../ports/clock.ts';
import type { Handlers } from '../http/call.ts';
import { problemOf } from '../http/issue-problem.ts';
import { NDJSON_MEDIA } from '../http/media-type.ts';
import type { Reply } from '../http/reply.ts';
import { bytesOfBody, textOf } from '../http/request-body.ts';
import { idempotencyKeyOf } from '../http/request-headers.ts';
import { faultIssue } from '../json/fault-issue.ts';
import { makeJsonScanner, scanArray } from '../json/scanner.ts';
import { type DraftReading, makeDraftReader } from '../message/draft.ts';
import { requireMessage } from '../message/require-message.ts';
import { type BulkDeps, type BulkRequest, runBulk } from './bulk-run.ts';
import { streamBulk } from './stream-bulk.ts';

export type BulkHandlerDeps = BulkDeps & { readonly clock: Clock };

/** The operation that takes many messages in one request of a limited size. */
export const makeBulkHandlers = (deps: BulkHandlerDeps): Handlers<'postMessages'> => ({
  postMessages: async ({ media, headers, carried }) => {
    idempotencyKeyOf(headers);
    const bytes = bytesOfBody(carried, deps.limits.bodyBytes);
    const request = { headers, bodyHash: createHash('sha256').update(bytes).digest('hex') };
    if (media === NDJSON_MEDIA) return streamBulk({ ...request, bytes: once(bytes) }, deps);
    return jsonBulk(textOf(bytes), request, deps);
  },
});

async function* once<T>(value: T): AsyncGenerator<T, void> {
  yield value;
}

type HashedRequest = BulkRequest & { readonly bodyHash: string };

/** The body is looked through as a whole before the first message is stored: no part of broken JSON counts. */
async function jsonBulk(text: string, request: HashedRequest, deps: BulkHandlerDeps): Promise<Reply> {
  const spans = scanArray(makeJsonScanner(deps.limits), text, 0, text.length);
  const read = makeDraftReader('bulk', deps.limits);
  if (spans === 'not-an-array') return singleBulk(read(text, 0, text.length), request, deps);
  if (typeof spans === 'string') throw problemOf([faultIssue(spans, deps.limits)]);
  return runBulk(deps, request, async (take) => {
    for (let at = 0; at < spans.length; at += 2) {
      const wait = take(read(text, spans[at] ?? 0, spans[at + 1] ?? 0));
      if (wait !== undefined) await wait;
    }
    return request.bodyHash;
  });
}

/** A single object is refused as a whole, and before anything is stored. */
async function singleBulk(reading: DraftReading, request: HashedRequest, deps: BulkHandlerDeps): Promise<Reply> {
  await requireMessage(reading, { acceptedAt: deps.clock.now(), tzVersion: deps.tzVersion }, '', deps);
  return runBulk(deps, request, async (take) => {
    await take(reading);
    return request.bodyHash;
  });
}
