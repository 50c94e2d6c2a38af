import type { Targets } from '../../app/targets.ts';
import type { Target } from '../../core/delivery/target.ts';
import { Problem } from '../../core/problem.ts';
import { formatInstant } from '../../core/time/instant.ts';
import type { Handlers } from '../http/call.ts';
import { decodeCursor, encodeCursor } from '../http/cursor.ts';
import { bytesOfBody, readObject } from '../http/request-body.ts';
import type { ApiLimits } from '../limits.ts';
import { ID_FORM } from '../schema/terms.ts';
import type { targetOperations } from './operations.ts';
import type { TargetPolicy } from './policy.ts';
import { targetSchema } from './schema.ts';
import { toTargetSpec } from './spec.ts';
import { targetView } from './view.ts';

export type TargetHandlerDeps = {
  readonly targets: Targets;
  readonly targetPolicy: TargetPolicy;
  readonly limits: ApiLimits;
};

/** The operations on targets. */
export const makeTargetHandlers = ({
  targets,
  targetPolicy,
  limits,
}: TargetHandlerDeps): Handlers<keyof typeof targetOperations> => ({
  putTarget: async ({ name, carried }) => {
    const body = readObject(bytesOfBody(carried, limits.messageBytes), targetSchema, limits);
    const { target, created, secret } = await targets.put(name, toTargetSpec(body, targetPolicy));
    const signingSecret = secret === undefined ? {} : { signingSecret: secret };
    return { status: created ? 201 : 200, body: { ...targetView(target), ...signingSecret } };
  },
  listTargets: async ({ query: { limit, cursor } }) => {
    const after = cursor === undefined ? {} : { after: decodeCursor(cursor, ID_FORM) };
    const { items, next } = await targets.list({ limit, ...after });
    return { status: 200, body: { items: items.map(targetView), next: next === null ? null : encodeCursor(next) } };
  },
  getTarget: async ({ name }) => ({ status: 200, body: targetView(found(name, await targets.find(name))) }),
  deleteTarget: async ({ name }) => {
    if (!(await targets.remove(name))) found(name, undefined);
    return { status: 204 };
  },
  rotateSecret: async ({ name }) => {
    const { secret, previousUntil } = await targets.rotateSecret(name);
    return { status: 200, body: { name, signingSecret: secret, previousValidUntil: formatInstant(previousUntil) } };
  },
});

function found(name: string, target: Target | undefined): Target {
  if (target !== undefined) return target;
  throw new Problem(404, 'NOT_FOUND', `There is no target ${name}; GET /v1/targets lists them.`);
}
