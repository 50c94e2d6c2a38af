import middy from '@middy/core';
import type { APIGatewayProxyEventV2, Context } from 'aws-lambda';
import { makeBulkHandlers } from '../../shared/api/bulk/handlers.ts';
import type { Handlers } from '../../shared/api/http/call.ts';
import type { HttpResult } from '../../shared/api/http/reply.ts';
import type { PathForm } from '../../shared/api/http/request-path.ts';
import { type ApiLimits, DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { makeMessageHandlers } from '../../shared/api/message/handlers.ts';
import { makeOperatorHandlers } from '../../shared/api/operator/handlers.ts';
import { makeTargetHandlers } from '../../shared/api/target/handlers.ts';
import type { TargetPolicy } from '../../shared/api/target/policy.ts';
import type { DeadLetterDesk } from '../../shared/app/dead-letter-desk.ts';
import type { MessageDesk } from '../../shared/app/message-desk.ts';
import type { StatusDesk } from '../../shared/app/status-desk.ts';
import type { TargetLookup } from '../../shared/app/target-registry.ts';
import type { Targets } from '../../shared/app/targets.ts';
import type { Clock } from '../../shared/ports/clock.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';
import { accessNote, bodyUnlessHead, envelope, problems, requestId } from './middleware.ts';
import { makeRouter } from './routes.ts';

export type IngestDeps = {
  readonly messages: MessageDesk;
  readonly deadLetters: DeadLetterDesk;
  readonly status: StatusDesk;
  readonly targets: Targets;
  /** May be a cache in front of `targets`: asked for each message. */
  readonly targetLookup: TargetLookup;
  readonly telemetry: Telemetry;
  readonly clock: Clock;
  readonly targetPolicy: TargetPolicy;
  /** How the front door hands paths over. */
  readonly paths: PathForm;
  /** Of this software, and of the tz database in use. */
  readonly version: string;
  readonly tzVersion: string;
  readonly limits?: ApiLimits;
};

export type Ingest = (event: APIGatewayProxyEventV2, context?: Context) => Promise<HttpResult>;

/** Before Lambda ends a call it is answered, while there is time left to write it down. */
const TIMEOUT = { timeoutEarlyInMillis: 250 };

/** The Lambda behind the HTTP API: any event gets an answer, every error a problem. */
export function makeIngest(deps: IngestDeps): Ingest {
  const limits = deps.limits ?? DEFAULT_LIMITS;
  const router = makeRouter(makeHandlers({ ...deps, limits }), deps.paths);
  // First in, last out.
  return middy(router, TIMEOUT)
    .use(requestId())
    .use(bodyUnlessHead())
    .use(accessNote(deps.telemetry, deps.clock))
    .use(problems(deps.telemetry))
    .use(envelope(limits)) as Ingest;
}

const makeHandlers = (deps: IngestDeps & { readonly limits: ApiLimits }): Handlers => ({
  ...makeTargetHandlers(deps),
  ...makeMessageHandlers(deps),
  ...makeBulkHandlers(deps),
  ...makeOperatorHandlers(deps),
});
