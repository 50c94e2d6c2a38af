import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import type { Handlers } from '../../shared/api/http/call.ts';
import type { HttpResult } from '../../shared/api/http/reply.ts';
import type { PathForm } from '../../shared/api/http/request-path.ts';
import type { ApiLimits } from '../../shared/api/limits.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { accessNote, bodyUnlessHead, envelope, problems, requestId } from './middleware.ts';
import { makeRouter } from './routes.ts';

export type ApiFunctionDeps = {
  /** Of the operations that this function serves. */
  readonly handlers: Partial<Handlers>;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  /** How the front door hands paths over. */
  readonly paths: PathForm;
  readonly limits: ApiLimits;
};

/** A function behind the HTTP API: any event gets an answer, every error a problem. */
export type ApiFunction = (event: APIGatewayProxyEventV2, context?: Context) => Promise<HttpResult>;

/** Before Lambda ends a call it is answered, while there is time left to write it down. */
const TIMEOUT = { timeoutEarlyInMillis: 250 };

export function makeApiFunction({ handlers, telemetry, clock, paths, limits }: ApiFunctionDeps): ApiFunction {
  // First in, last out.
  const answer = middy(makeRouter(handlers, paths), TIMEOUT)
    .use(requestId())
    .use(bodyUnlessHead())
    .use(accessNote(telemetry, clock))
    .use(problems(telemetry))
    .use(envelope(limits)) as ApiFunction;
  // Whoever invokes the function by hand may send null; that is refused like any other event without a request.
  return (event, context) => answer(event ?? {}, context);
}
