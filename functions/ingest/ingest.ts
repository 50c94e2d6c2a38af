import { makeBulkHandlers } from '../../shared/api/bulk/handlers.ts';
import type { Handlers } from '../../shared/api/http/call.ts';
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
import { type ApiFunction, makeApiFunction } from '../http/api-function.ts';

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
  /** Gives the document that describes the interface. */
  readonly openApi: () => unknown;
  readonly limits?: ApiLimits;
  /** Handlers of other functions, where one process serves them all. */
  readonly more?: Partial<Handlers>;
};

/** The Lambda behind the HTTP API: targets, messages, and those who run the system. */
export function makeIngest(deps: IngestDeps): ApiFunction {
  const limits = deps.limits ?? DEFAULT_LIMITS;
  return makeApiFunction({ ...deps, limits, handlers: { ...makeHandlers({ ...deps, limits }), ...deps.more } });
}

const makeHandlers = (deps: IngestDeps & { readonly limits: ApiLimits }) => ({
  ...makeTargetHandlers(deps),
  ...makeMessageHandlers(deps),
  ...makeBulkHandlers(deps),
  ...makeOperatorHandlers(deps),
});
