import type { Intake, MessageDesk } from '../../app/message-desk.ts';
import type { TargetLookup } from '../../app/target-registry.ts';
import type { NewMessage } from '../../core/message/new-message.ts';
import type { Issue } from '../../core/problem.ts';
import type { Reply } from '../http/reply.ts';
import { idempotencyKeyOf, prefersMinimal, type RequestHeaders, traceparentOf } from '../http/request-headers.ts';
import type { ApiLimits } from '../limits.ts';
import type { DraftReading } from '../message/draft.ts';
import { unknownTarget } from '../message/require-message.ts';
import { type MessageContext, resolveMessage } from '../message/resolve.ts';
import { type BulkResults, makeBulkResults } from './results.ts';

export type BulkDeps = {
  readonly messages: MessageDesk;
  readonly targetLookup: TargetLookup;
  readonly limits: ApiLimits;
  /** The tz database in use, e.g. `2026c`. */
  readonly tzVersion: string;
};

export type BulkRequest = {
  readonly headers: RequestHeaders;
  /** Of the whole body, where it is known beforehand. */
  readonly bodyHash?: string;
};

/** Takes the next message of a bulk, good or bad; a promise comes back where the caller should wait. */
export type Take = (reading: DraftReading) => Promise<void> | undefined;

/** Hands every message of the body to `take`, in order, and answers the hash of the body. */
export type Feed = (take: Take) => Promise<string>;

const MAX_KNOWN_TARGETS = 10_000;

/** Runs one bulk call. Whatever stops it gives the idempotency key back, so that the call can be repeated. */
export async function runBulk(deps: BulkDeps, request: BulkRequest, feed: Feed): Promise<Reply> {
  const { headers, bodyHash } = request;
  const idempotencyKey = idempotencyKeyOf(headers);
  const minimal = prefersMinimal(headers);
  const known = bodyHash === undefined ? {} : { bodyHash };
  const intake = await deps.messages.openIntake({ idempotencyKey, keepReceipts: !minimal, ...known });
  const results = makeBulkResults(minimal, deps.limits);
  try {
    const hash = await feed(makeTake(deps, { intake, results, idempotencyKey, traceparent: traceparentOf(headers) }));
    const body = results.answer(await intake.finish(hash));
    const replayed = intake.replayed ? { 'idempotency-replayed': 'true' } : {};
    return { status: 202, body, headers: { ...replayed, ...(minimal && { 'preference-applied': 'return=minimal' }) } };
  } catch (error) {
    // The first error counts; where the key cannot be given back, it is free again in a while.
    await intake.abandon().catch(() => undefined);
    throw error;
  }
}

type Run = {
  readonly intake: Intake;
  readonly results: BulkResults;
  readonly idempotencyKey: string;
  readonly traceparent: string | undefined;
};

function makeTake({ targetLookup, limits, tzVersion }: BulkDeps, run: Run): Take {
  const { intake, results, idempotencyKey, traceparent } = run;
  const context: MessageContext = { acceptedAt: intake.acceptedAt, tzVersion, traceparent };
  const targets = new Map<string, boolean>();
  let taken = 0;
  let receiptsKept = true;

  const reject = (ref: string | undefined, [first]: readonly Issue[]): undefined => {
    if (first !== undefined) results.reject(ref, first);
    return undefined;
  };

  const accept = (message: NewMessage): Promise<void> | undefined => {
    results.accept(message.ref);
    if (receiptsKept && !results.keepsItems()) {
      receiptsKept = false;
      intake.forgetReceipts();
    }
    return intake.add(message);
  };

  const settle = (message: NewMessage, exists: boolean): Promise<void> | undefined =>
    exists ? accept(message) : reject(message.ref, [unknownTarget(message.target)]);

  const lookUp = async (message: NewMessage): Promise<void> => {
    if (targets.size >= MAX_KNOWN_TARGETS) targets.clear();
    const exists = (await targetLookup.find(message.target)) !== undefined;
    targets.set(message.target, exists);
    await settle(message, exists);
  };

  return (reading) => {
    const index = taken;
    taken += 1;
    if (!reading.ok) return reject(reading.ref, reading.issues);
    const { draft } = reading;
    const spreadKey = draft.id ?? (draft.spread === undefined ? '' : `${idempotencyKey}#${index}`);
    const resolved = resolveMessage(draft, context, spreadKey, limits);
    if (!resolved.ok) return reject(resolved.ref, resolved.issues);
    const exists = targets.get(resolved.message.target);
    return exists === undefined ? lookUp(resolved.message) : settle(resolved.message, exists);
  };
}
