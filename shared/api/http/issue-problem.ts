import { type Issue, Problem } from '../../core/problem.ts';

/** What is well-formed but cannot be done; every code that is not listed is a 400. */
const UNPROCESSABLE = [
  'ASYNC_HANDLER',
  'BEYOND_HORIZON',
  'CONTEXT_CLOSED',
  'DUE_IN_PAST',
  'FORBIDDEN_KEY',
  'HANDLER_FAILED',
  'HTTPS_REQUIRED',
  'INVALID_DATA',
  'INVALID_ELEMENT',
  'INVALID_EVENT_BUS',
  'INVALID_FUNCTION_ARN',
  'INVALID_QUEUE_URL',
  'INVALID_TIMER',
  'INVALID_TOPIC_ARN',
  'KIND_NOT_REACHABLE',
  'KIND_NOT_SUPPORTED',
  'LOCAL_TIME_AMBIGUOUS',
  'LOCAL_TIME_DOES_NOT_EXIST',
  'LOCAL_TIME_SKIPPED',
  'NOT_AFTER_BEFORE_DUE',
  'PORT_NOT_ALLOWED',
  'READ_ONLY_STATE',
  'STATE_TOO_LARGE',
  'TIMER_LOOP',
  'TOO_MANY_CALLS',
  'TOO_MANY_OUTPUTS',
  'TOO_MANY_TIMERS',
  'UNDECLARED_CALL',
  'UNDECLARED_OUTPUT',
  'UNDECLARED_STATE',
  'UNKNOWN_INPUT',
  'UNKNOWN_TARGET',
  'URL_FRAGMENT',
  'URL_HOST_NOT_PUBLIC',
  'URL_INVALID',
  'URL_SCHEME',
  'URL_TEMPLATE',
  'URL_TOO_LONG',
  'URL_USERINFO',
  'WRONG_REGION',
] as const;

const STATUS_OF: ReadonlyMap<string, number> = new Map<string, number>([
  ...UNPROCESSABLE.map((code) => [code, 422] as const),
  ['PAYLOAD_TOO_LARGE', 413],
  // Ours, not the caller's.
  ['CORRUPT_SNAPSHOT', 500],
  ['MIGRATION_FAILED', 500],
  ['TZDATA_TOO_OLD', 503],
]);

/** The refusal of an input for these reasons; the first one gives it status, code and sentence. */
export function problemOf(issues: readonly Issue[]): Problem {
  const [first] = issues;
  if (first === undefined) return new Problem(400, 'INVALID_REQUEST', 'The request cannot be read.');
  return new Problem(STATUS_OF.get(first.code) ?? 400, first.code, first.detail, { issues });
}

/** The same issues inside a larger input, e.g. behind `/query`. */
export const issuesBehind = (prefix: string, issues: readonly Issue[]): readonly Issue[] =>
  issues.map((issue) => ({ ...issue, pointer: prefix + issue.pointer }));
