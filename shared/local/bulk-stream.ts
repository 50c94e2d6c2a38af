import type { IncomingMessage } from 'node:http';
import type { BulkDeps } from '../api/bulk/bulk-run.ts';
import { streamBulk } from '../api/bulk/stream-bulk.ts';
import { problemReply, toProblem } from '../api/http/problem-reply.ts';
import { type HttpResult, toHttpResult } from '../api/http/reply.ts';
import { judgeHeaderSize } from '../api/http/request-headers.ts';
import type { Problem } from '../core/problem.ts';
import { headersOf } from './gateway-event.ts';

export type BulkStream = (request: IncomingMessage, requestId: string) => Promise<HttpResult>;

/**
 * True for bulk lines that may be more than an event can carry. They are stored as they come, in bounded memory, which
 * no gateway lets a function do.
 */
export const isBulkStream = ({ method, url, headers }: IncomingMessage, maxEventBytes: number): boolean =>
  method === 'POST' &&
  url === '/v1/messages' &&
  /^application\/x-ndjson\s*(?:;|$)/i.test(headers['content-type'] ?? '') &&
  !(Number(headers['content-length']) <= maxEventBytes);

/** Takes bulk lines of any length; answers as the function does for those of an event. `onError` gets what is our fault. */
export const makeBulkStream =
  (deps: BulkDeps, onError: (error: unknown) => void): BulkStream =>
  async (request, requestId) => {
    const headers = headersOf(request);
    try {
      judgeHeaderSize(headers, deps.limits);
      return named(toHttpResult(await streamBulk({ headers, bytes: request }, deps)), requestId);
    } catch (error) {
      const problem = toProblem(error);
      if (problem.status === 500) onError(error);
      return refusal(problem, requestId);
    }
  };

/** The answer to a request that no function gets to see. */
export const refusal = (problem: Problem, requestId: string): HttpResult =>
  named(toHttpResult(problemReply(problem, requestId)), requestId);

const named = (result: HttpResult, requestId: string): HttpResult => ({
  ...result,
  headers: { ...result.headers, 'x-request-id': requestId },
});
