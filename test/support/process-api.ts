import { makeApiFunction } from '../../functions/http/api-function.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { makeProcessHandlers } from '../../shared/api/process/handlers.ts';
import type { Process } from '../../shared/core/process/definition.ts';
import { type ApiRequest, toEvent } from './api.ts';
import { watchText } from './canary.ts';
import { expectFits } from './openapi.ts';
import { makeProcessWorld } from './process-world.ts';

/** The routes of process functions on the memory adapters; every answer is checked against the OpenAPI document. */
export const makeProcessApi = (processes: readonly Process[]) => {
  const world = makeProcessWorld({ processes });
  const { clock, telemetry } = world;
  const handlers = makeProcessHandlers({ processes: world.processDesk(0), clock, limits: DEFAULT_LIMITS });
  const answer = makeApiFunction({ handlers, telemetry, clock, paths: 'decoded', limits: DEFAULT_LIMITS });
  return {
    ...world,
    request: async (method: string, path: string, request: ApiRequest = {}) => {
      const { statusCode, headers = {}, body = '' } = await world.during(answer(toEvent(method, path, request)));
      // What is refused, as a whole or of a list, is told without a byte of it.
      if (statusCode >= 400 || path.endsWith('/elements')) watchText(`answer ${statusCode} to ${method} ${path}`, body);
      expectFits(method, path, { statusCode, headers: headers as Record<string, string>, body });
      return { status: statusCode, body: JSON.parse(body) };
    },
  };
};
