import type { MiddlewareObj, Request } from '@middy/core';
import { problemReply, toProblem } from '../../shared/api/http/problem-reply.ts';
import { type HttpResult, toHttpResult } from '../../shared/api/http/reply.ts';
import { judgeHeaderSize } from '../../shared/api/http/request-headers.ts';
import { judgePath } from '../../shared/api/http/request-path.ts';
import type { ApiLimits } from '../../shared/api/limits.ts';
import { describeError } from '../../shared/app/describe-error.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import type { HttpEvent } from './http-event.ts';

type Middleware = MiddlewareObj<HttpEvent, HttpResult>;
type HttpRequest = Request<HttpEvent, HttpResult>;

const requestIdOf = ({ event }: HttpRequest): string => event.requestContext?.requestId ?? 'unknown';

/** Every answer names its request. */
export const requestId = (): Middleware => {
  const name = (request: HttpRequest): void => {
    if (request.response) request.response.headers['x-request-id'] = requestIdOf(request);
  };
  return { after: name, onError: name };
};

/** No answer to HEAD has a body, not even a problem. */
export const bodyUnlessHead = (): Middleware => {
  const strip = (request: HttpRequest): void => {
    const isHead = request.event.requestContext?.http?.method === 'HEAD';
    if (isHead && request.response) request.response = { ...request.response, body: '' };
  };
  return { after: strip, onError: strip };
};

/** One line for each request: what it was and how it ended; no path, for keys are people's, and no body (P23). */
export const accessNote = (telemetry: Telemetry, clock: Clock): Middleware => {
  const write = (request: HttpRequest): void => {
    const { event, response, error, internal } = request as HttpRequest & { internal: { startedAt?: number } };
    const now = clock.now();
    telemetry.note('info', 'request', {
      requestId: requestIdOf(request),
      method: event.requestContext?.http?.method,
      operation: event.operation,
      status: response?.statusCode,
      code: error ? toProblem(error).code : undefined,
      durationMs: now - (internal.startedAt ?? now),
    });
  };
  return {
    before: (request) => {
      Object.assign(request.internal, { startedAt: clock.now() });
    },
    after: write,
    onError: write,
  };
};

/** Answers every error as a problem, and notes those that nobody foresaw. */
export const problems = (telemetry: Telemetry): Middleware => ({
  onError: (request) => {
    const problem = toProblem(request.error);
    const requestId = requestIdOf(request);
    if (problem.status === 500)
      telemetry.note('error', 'request failed', { requestId, ...describeError(request.error) });
    request.response = toHttpResult(problemReply(problem, requestId));
  },
});

/** Works on an event of our own, and refuses envelopes that no operation takes. */
export const envelope = (limits: ApiLimits): Middleware => ({
  before: (request) => {
    const { event } = request;
    request.event = { ...event, headers: event.headers ?? {} };
    judgeHeaderSize(request.event.headers, limits);
    judgePath(event.requestContext?.http?.path ?? '', limits.pathBytes);
  },
});
