import type { TargetLookup } from '../../app/target-registry.ts';
import type { NewMessage } from '../../core/message/new-message.ts';
import type { Issue } from '../../core/problem.ts';
import { problemOf } from '../http/issue-problem.ts';
import type { ApiLimits } from '../limits.ts';
import type { DraftReading } from './draft.ts';
import { type MessageContext, resolveMessage } from './resolve.ts';

/** The message of a request that has only this one, its target known. Throws 400, 413 and 422 with all that is wrong. */
export async function requireMessage(
  reading: DraftReading,
  context: MessageContext,
  spreadKey: string,
  { targetLookup, limits }: { readonly targetLookup: TargetLookup; readonly limits: ApiLimits },
): Promise<NewMessage> {
  if (!reading.ok) throw problemOf(reading.issues);
  const resolved = resolveMessage(reading.draft, context, spreadKey, limits);
  if (!resolved.ok) throw problemOf(resolved.issues);
  const { target } = resolved.message;
  if ((await targetLookup.find(target)) === undefined) throw problemOf([unknownTarget(target)]);
  return resolved.message;
}

export const unknownTarget = (target: string): Issue => ({
  pointer: '/target',
  code: 'UNKNOWN_TARGET',
  detail: `There is no target ${target}; create it by PUT /v1/targets/${target}.`,
});
