import { judgeHeaders } from '../../core/delivery/headers.ts';
import type { PointedRefusal } from '../../core/delivery/pointed.ts';
import type { NewMessage } from '../../core/message/new-message.ts';
import type { Issue } from '../../core/problem.ts';
import { plusMs } from '../../core/time/epoch.ts';
import type { ApiLimits } from '../limits.ts';
import { type Acceptance, outOfReach, resolveNotAfter, resolveSchedule, resolveSpread } from './schedule.ts';
import type { MessageDraft } from './schema.ts';

export type MessageContext = Acceptance & {
  /** Of the request; counts where the message brings none. */
  readonly traceparent?: string | undefined;
};

export type MessageResolution =
  | { readonly ok: true; readonly message: NewMessage }
  | { readonly ok: false; readonly issues: readonly Issue[]; readonly ref?: string };

type Building = { -readonly [Name in keyof NewMessage]: NewMessage[Name] };

/**
 * The message that a draft asks for, or everything that is wrong with its times and headers. `spreadKey` decides
 * where in its window a spread puts the message.
 */
export function resolveMessage(
  draft: MessageDraft,
  context: MessageContext,
  spreadKey: string,
  limits: ApiLimits,
): MessageResolution {
  const message: Building = { target: draft.target, dueAt: context.acceptedAt, payload: draft.payload };
  if (draft.id !== undefined) message.ref = draft.id;
  const wrongWhen = setWhen(message, draft, { context, spreadKey, limits });
  const wrongHeaders = draft.headers === undefined ? undefined : setHeaders(message, draft.headers);
  if (draft.onMissed !== undefined) message.onMissed = draft.onMissed;
  if (draft.delivery !== undefined) message.delivery = draft.delivery;
  const traceparent = draft.traceparent ?? context.traceparent;
  if (traceparent !== undefined) message.traceparent = traceparent;
  if (wrongWhen === undefined && wrongHeaders === undefined) return { ok: true, message };
  const issues = [wrongWhen, wrongHeaders].filter((refusal) => refusal !== undefined).map(toIssue);
  return { ok: false, issues, ...(draft.id !== undefined && { ref: draft.id }) };
}

type WhenInput = { readonly context: MessageContext; readonly spreadKey: string; readonly limits: ApiLimits };

function setWhen(message: Building, draft: MessageDraft, input: WhenInput): PointedRefusal | undefined {
  const { context, spreadKey, limits } = input;
  const schedule = resolveSchedule(draft, context, limits);
  if (!schedule.ok) return schedule;
  const spread = resolveSpread(draft.spread, spreadKey, limits);
  if (!spread.ok) return spread;
  const { at, zone } = schedule.value;
  const { windowMs, byMs } = spread.value;
  const refusal = outOfReach(schedule.value, windowMs, context, limits);
  if (refusal !== undefined) return refusal;
  message.dueAt = plusMs(at, byMs);
  if (zone !== undefined) message.zone = zone;
  if (windowMs > 0) message.unspreadAt = at;
  if (draft.notAfter === undefined) return undefined;
  const notAfter = resolveNotAfter(draft.notAfter, message.dueAt);
  if (!notAfter.ok) return notAfter;
  message.notAfter = notAfter.value;
  return undefined;
}

function setHeaders(message: Building, headers: Readonly<Record<string, string>>): PointedRefusal | undefined {
  const judged = judgeHeaders(headers);
  if (!judged.ok) return { ...judged, pointer: `/headers${judged.pointer}` };
  message.headers = judged.value;
  return undefined;
}

const toIssue = ({ pointer, code, detail }: PointedRefusal): Issue => ({ pointer, code, detail });
