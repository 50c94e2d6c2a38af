import type { TargetSpec } from '../../app/targets.ts';
import { judgeHeaders } from '../../core/delivery/headers.ts';
import { type Pointed, refusedAt } from '../../core/delivery/pointed.ts';
import { type RetryPolicy, STANDARD_RETRY_POLICY } from '../../core/delivery/retry.ts';
import { judgeRetrySettings, MAX_RETRY_HORIZON_MS } from '../../core/delivery/retry-settings.ts';
import { accepted } from '../../core/parsed.ts';
import type { Issue } from '../../core/problem.ts';
import { parseDuration } from '../../core/time/duration.ts';
import { problemOf } from '../http/issue-problem.ts';
import { judgeDestination } from './destination.ts';
import type { TargetPolicy } from './policy.ts';
import type { RetryBody, TargetBody } from './schema.ts';

const DEFAULT_TIMEOUT_MS = 10_000;
const MAX_TIMEOUT_MS = 30_000;
/** They share Lambda's client context with a message's own headers, its ids and its key. */
const MAX_FUNCTION_HEADER_BYTES = 1024;

/** What a body asks for, its URLs, durations and headers judged. Throws 400 and 422 with all that is wrong. */
export function toTargetSpec(body: TargetBody, policy: TargetPolicy): TargetSpec {
  const issues: Issue[] = [];
  const take = <T>(pointer: string, judged: Pointed<T>, otherwise: T): T => {
    if (judged.ok) return judged.value;
    issues.push({ pointer: pointer + judged.pointer, code: judged.code, detail: judged.detail });
    return otherwise;
  };
  const spec: TargetSpec = {
    destination: take('', judgeDestination(body, policy), { kind: 'none' }),
    timeoutMs: take('/timeout', judgeTimeout(body.timeout), 0),
    retry: take('/retry', judgeRetry(body.retry), STANDARD_RETRY_POLICY),
    delivery: body.delivery ?? 'at-least-once',
    headers: take('/headers', judgeTargetHeaders(body), {}),
    ...(body.ratePerSecond !== undefined && { ratePerSecond: body.ratePerSecond }),
  };
  if (issues.length > 0) throw problemOf(issues);
  return spec;
}

function judgeTargetHeaders({ kind, headers = {} }: TargetBody): Pointed<Readonly<Record<string, string>>> {
  const judged = judgeHeaders(headers);
  if (!judged.ok || kind !== 'lambda') return judged;
  const bytes = JSON.stringify(judged.value).length;
  if (bytes <= MAX_FUNCTION_HEADER_BYTES) return judged;
  const detail = `Headers of ${bytes} bytes of JSON are too large; a function gets at most ${MAX_FUNCTION_HEADER_BYTES}.`;
  return refusedAt('', 'INVALID_HEADER', detail);
}

const judgeTimeout = (timeout: string | undefined): Pointed<number> =>
  timeout === undefined ? accepted(DEFAULT_TIMEOUT_MS) : durationAt('', timeout, MAX_TIMEOUT_MS);

function durationAt(pointer: string, text: string, limitMs: number): Pointed<number> {
  const duration = parseDuration(text, limitMs);
  return duration.ok ? duration : refusedAt(pointer, duration.code, duration.detail);
}

function judgeRetry(retry: RetryBody | undefined): Pointed<RetryPolicy> {
  if (retry === undefined) return accepted(STANDARD_RETRY_POLICY);
  const { maxAttempts, factor, retryOn } = retry;
  const scheduleMs: number[] = [];
  for (const [index, delay] of (retry.schedule ?? []).entries()) {
    const delayMs = durationAt(`/schedule/${index}`, delay, MAX_RETRY_HORIZON_MS);
    if (!delayMs.ok) return delayMs;
    scheduleMs.push(delayMs.value);
  }
  const initialMs =
    retry.initial === undefined ? undefined : durationAt('/initial', retry.initial, MAX_RETRY_HORIZON_MS);
  if (initialMs?.ok === false) return initialMs;
  const maxMs = retry.max === undefined ? undefined : durationAt('/max', retry.max, MAX_RETRY_HORIZON_MS);
  if (maxMs?.ok === false) return maxMs;
  return judgeRetrySettings({
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(retry.schedule !== undefined && { scheduleMs }),
    ...(initialMs !== undefined && { initialMs: initialMs.value }),
    ...(factor !== undefined && { factor }),
    ...(maxMs !== undefined && { maxMs: maxMs.value }),
    ...(retryOn !== undefined && { retryOn }),
  });
}
