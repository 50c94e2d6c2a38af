import { copyData } from '../data.ts';
import { ProcessError } from '../process-error.ts';
import type { ResultInput, RetryInput } from './call-input.ts';
import type { CallSpec, CallSpecs } from './call-spec.ts';
import type { CallOutcome, PendingCall } from './pending-call.ts';

/**
 * What to do about pending calls. Pure: the shell starts what it is told and feeds back what it is given.
 * R1 A call waits by its own failures only: no other call's backoff moves it.
 * R2 No attempt starts at or after the total timeout, which also ends the one that is running then.
 * R3 After the end of input a retry does not wait, and there is none after it.
 */
export type CallDecision =
  | { readonly kind: 'run'; readonly attempt: number; readonly timeoutMs: number }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'fail'; readonly reason: string };

/** A call with what the shell knows of it. */
export type Waiting = { readonly id: string; readonly key: string; readonly pending: PendingCall };

export const decideCall = (
  spec: CallSpec<never, unknown> | undefined,
  pending: PendingCall,
  { now, ended = false }: { readonly now: number; readonly ended?: boolean },
): CallDecision => {
  if (!spec) return { kind: 'fail', reason: `The process declares no call "${pending.call}" any more.` };
  const deadline = pending.calledAt + spec.totalTimeoutMs;
  if (now >= deadline) {
    return { kind: 'fail', reason: `No result within ${spec.totalTimeoutMs} ms, after ${pending.attempts} attempts.` };
  }
  if (pending.startAt > now && !ended) return { kind: 'wait', until: Math.min(pending.startAt, deadline) };
  return { kind: 'run', attempt: pending.attempts + 1, timeoutMs: Math.min(spec.timeoutMs, deadline - now) };
};

export type CallPlan = {
  readonly start: readonly (Waiting & { readonly attempt: number; readonly timeoutMs: number })[];
  /** To be fed back at once. */
  readonly fail: readonly (Waiting & { readonly reason: string })[];
  /** When to plan again if nothing happens before. */
  readonly nextAt: number;
};

/** What of the waiting calls, which none of this instance's `running` ones is, starts now: the oldest within `inFlight`. */
export const planCalls = (
  specs: CallSpecs,
  waiting: readonly Waiting[],
  state: { readonly running: ReadonlyMap<string, number>; readonly now: number; readonly ended?: boolean },
): CallPlan => {
  const running = new Map(state.running);
  const start: (Waiting & { attempt: number; timeoutMs: number })[] = [];
  const fail: (Waiting & { reason: string })[] = [];
  let nextAt = Number.POSITIVE_INFINITY;
  for (const one of waiting.filter(({ pending }) => pending.outcome === null).sort(byAge)) {
    const name = one.pending.call;
    const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
    const decision = decideCall(spec, one.pending, state);
    if (decision.kind === 'fail') fail.push({ ...one, reason: decision.reason });
    else if (decision.kind === 'wait') nextAt = Math.min(nextAt, decision.until);
    else if (spec && (running.get(name) ?? 0) < spec.inFlight) {
      running.set(name, (running.get(name) ?? 0) + 1);
      start.push({ ...one, attempt: decision.attempt, timeoutMs: decision.timeoutMs });
    } else nextAt = Math.min(nextAt, one.pending.calledAt + (spec?.totalTimeoutMs ?? 0));
  }
  return { start, fail, nextAt };
};

const byAge = (a: Waiting, b: Waiting): number =>
  a.pending.startAt - b.pending.startAt ||
  a.pending.calledAt - b.pending.calledAt ||
  a.pending.version - b.pending.version ||
  a.pending.n - b.pending.n ||
  (a.id < b.id ? -1 : 1);

/** How an attempt ended: what `run` returned, or what it threw (a timeout is thrown too). */
export type AttemptEnd = { readonly ok: unknown } | { readonly error: unknown };

/** What to feed back when an attempt has ended. */
export const afterAttempt = (
  spec: CallSpec<never, unknown>,
  { id, pending }: Waiting,
  end: AttemptEnd & { readonly now: number; readonly ended?: boolean },
): ResultInput | RetryInput => {
  const attempts = pending.attempts + 1;
  const outcomeOf = (): CallOutcome | null => {
    const isLast = attempts > spec.retry.maxRetries || end.ended === true;
    if (!isLast && isRetried(spec.retry, end)) return null;
    if ('error' in end) return { failed: reasonOf(end.error) };
    return { ok: copyData(end.ok ?? null, `The result of call "${pending.call}"`) };
  };
  try {
    const outcome = outcomeOf();
    if (outcome) return { kind: 'result', call: pending.call, id, outcome, attempts };
    return { kind: 'retry-call', id, attempts, startAt: end.now + backoffMs(spec.retry, attempts) };
  } catch (error) {
    // A result that is no data, or a rule for retries that throws: another attempt would end the same way.
    return { kind: 'result', call: pending.call, id, outcome: { failed: reasonOf(error) }, attempts };
  }
};

const isRetried = (retry: CallSpec<never, unknown>['retry'], end: AttemptEnd): boolean =>
  'error' in end ? (retry.retryOn?.(end.error) ?? true) : (retry.retryResult?.(end.ok) ?? false);

/** Whole milliseconds before the retry that follows so many failed attempts. */
export const backoffMs = (
  { initialMs, factor, maxMs }: CallSpec<never, unknown>['retry'],
  failedAttempts: number,
): number => Math.round(Math.min(maxMs, initialMs * Math.min(factor ** (failedAttempts - 1), maxMs)));

/** When somebody has to look after the calls of a key if nothing is heard of them: for a hint that is written before the commit. */
export const callsDueAt = (specs: CallSpecs, calls: readonly PendingCall[], now: number): number | null => {
  let dueAt: number | null = null;
  for (const pending of calls) {
    if (pending.outcome !== null) continue;
    const spec = Object.hasOwn(specs, pending.call) ? specs[pending.call] : undefined;
    const decision = decideCall(spec, pending, { now });
    const at = decision.kind === 'wait' ? decision.until : now + (decision.kind === 'run' ? decision.timeoutMs : 0);
    dueAt = dueAt === null ? at : Math.min(dueAt, at);
  }
  return dueAt;
};

/** Above this a reason is cut: it is stored with its dead letter. */
const MAX_REASON = 500;

const reasonOf = (error: unknown): string => {
  const text =
    error instanceof ProcessError
      ? error.message
      : error instanceof Error
        ? `${error.name}: ${error.message}`
        : typeof error === 'string'
          ? error
          : `It threw no error, but ${error === null ? 'null' : `a value of type ${typeof error}`}.`;
  return text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}…` : text;
};
