import { accepted } from '../parsed.ts';
import { formatDuration } from '../time/duration.ts';
import { type Pointed, refusedAt } from './pointed.ts';
import { nominalDelayMs, type RetryPolicy, STANDARD_RETRY_POLICY } from './retry.ts';

/**
 * A retry policy as a user writes it, durations already in milliseconds: a list of delays or `initialMs`/`factor`/
 * `maxMs`, not both. What is left out comes from the standard policy.
 */
export type RetrySettings = {
  /** The first attempt included; 0 and 1 both mean a single one. */
  readonly maxAttempts?: number;
  readonly scheduleMs?: readonly number[];
  readonly initialMs?: number;
  readonly factor?: number;
  readonly maxMs?: number;
  readonly retryOn?: readonly number[];
};

export type RetryCode =
  | 'INVALID_MAX_ATTEMPTS'
  | 'INVALID_RETRY_DELAY'
  | 'INVALID_RETRY_FACTOR'
  | 'INVALID_RETRY_STATUS'
  | 'RETRY_SCHEDULE_CONFLICT'
  | 'RETRY_SCHEDULE_TOO_LONG'
  | 'RETRY_HORIZON_EXCEEDED';

export const MAX_RETRY_DELAYS = 100;
export const MAX_RETRY_HORIZON_MS = 15 * 24 * 60 * 60 * 1000;

const MAX_ATTEMPTS = MAX_RETRY_DELAYS + 1;
const MAX_RETRY_STATUSES = 50;
const DEFAULT_INITIAL_MS = 5000;
const DEFAULT_FACTOR = 2;
const DEFAULT_MAX_MS = 24 * 60 * 60 * 1000;

/** The policy that settings ask for; pointers name the API's fields (`/schedule/3`, `/initial`, …). */
export const judgeRetrySettings = (settings: RetrySettings): Pointed<RetryPolicy, RetryCode> => {
  const maxAttempts = judgeAttempts(settings);
  if (!maxAttempts.ok) return maxAttempts;
  const delays = judgeDelays(settings, maxAttempts.value);
  if (!delays.ok) return delays;
  const retryOn = judgeStatuses(settings.retryOn ?? []);
  if (!retryOn.ok) return retryOn;
  return judgeHorizon({
    maxAttempts: maxAttempts.value,
    delaysMs: delays.value,
    jitter: STANDARD_RETRY_POLICY.jitter,
    ...(retryOn.value.length > 0 && { retryOn: retryOn.value }),
  });
};

const judgeAttempts = ({ maxAttempts, scheduleMs }: RetrySettings): Pointed<number, RetryCode> => {
  if (maxAttempts === undefined) {
    return accepted(scheduleMs === undefined ? STANDARD_RETRY_POLICY.maxAttempts : scheduleMs.length + 1);
  }
  if (Number.isInteger(maxAttempts) && maxAttempts >= 0 && maxAttempts <= MAX_ATTEMPTS) return accepted(maxAttempts);
  return refusedAt(
    '/maxAttempts',
    'INVALID_MAX_ATTEMPTS',
    `${maxAttempts} attempts are not possible. Give a whole number from 0 to ${MAX_ATTEMPTS}; 0 and 1 mean no retry.`,
  );
};

const judgeDelays = (settings: RetrySettings, maxAttempts: number): Pointed<readonly number[], RetryCode> => {
  const { scheduleMs, initialMs, factor, maxMs } = settings;
  const exponential = initialMs !== undefined || factor !== undefined || maxMs !== undefined;
  if (exponential && scheduleMs !== undefined) {
    return refusedAt(
      '/schedule',
      'RETRY_SCHEDULE_CONFLICT',
      'Give either "schedule" or "initial", "factor" and "max".',
    );
  }
  if (exponential) return exponentialDelays(settings, maxAttempts);
  return scheduleMs === undefined ? accepted(STANDARD_RETRY_POLICY.delaysMs) : listedDelays(scheduleMs);
};

const listedDelays = (scheduleMs: readonly number[]): Pointed<readonly number[], RetryCode> => {
  if (scheduleMs.length === 0)
    return refusedAt('/schedule', 'INVALID_RETRY_DELAY', 'A schedule needs at least one delay.');
  if (scheduleMs.length > MAX_RETRY_DELAYS) {
    const detail = `A schedule of ${scheduleMs.length} delays is too long; at most ${MAX_RETRY_DELAYS} are allowed.`;
    return refusedAt('/schedule', 'RETRY_SCHEDULE_TOO_LONG', detail);
  }
  const bad = scheduleMs.findIndex((delayMs) => !isDelay(delayMs));
  return bad < 0 ? accepted(scheduleMs.map(Math.round)) : badDelay(`/schedule/${bad}`);
};

const exponentialDelays = (settings: RetrySettings, maxAttempts: number): Pointed<readonly number[], RetryCode> => {
  const { initialMs = DEFAULT_INITIAL_MS, factor = DEFAULT_FACTOR } = settings;
  const { maxMs = Math.max(initialMs, DEFAULT_MAX_MS) } = settings;
  if (!isDelay(initialMs)) return badDelay('/initial');
  if (!isDelay(maxMs)) return badDelay('/max');
  if (initialMs > maxMs) {
    return refusedAt(
      '/initial',
      'INVALID_RETRY_DELAY',
      'The initial delay is longer than "max". Make it the shorter one.',
    );
  }
  if (!(factor >= 1 && factor < Number.POSITIVE_INFINITY)) {
    return refusedAt(
      '/factor',
      'INVALID_RETRY_FACTOR',
      `A factor of ${factor} is not possible. Give a number of at least 1.`,
    );
  }
  const count = Math.max(1, maxAttempts - 1);
  return accepted(Array.from({ length: count }, (_, n) => Math.round(Math.min(maxMs, initialMs * factor ** n))));
};

const isDelay = (ms: number): boolean => ms >= 1 && ms <= MAX_RETRY_HORIZON_MS;

const badDelay = (pointer: string) =>
  refusedAt(
    pointer,
    'INVALID_RETRY_DELAY',
    `Give a delay of more than zero and at most ${formatDuration(MAX_RETRY_HORIZON_MS)}.`,
  );

const judgeStatuses = (statuses: readonly number[]): Pointed<readonly number[], RetryCode> => {
  if (statuses.length > MAX_RETRY_STATUSES) {
    const detail = `${statuses.length} status codes are too many; at most ${MAX_RETRY_STATUSES} are allowed.`;
    return refusedAt('/retryOn', 'INVALID_RETRY_STATUS', detail);
  }
  const bad = statuses.findIndex((status) => !Number.isInteger(status) || status < 300 || status > 599);
  if (bad < 0) return accepted(statuses);
  const detail = `${statuses[bad]} is no status code of a failure. Give whole numbers from 300 to 599.`;
  return refusedAt(`/retryOn/${bad}`, 'INVALID_RETRY_STATUS', detail);
};

const judgeHorizon = (policy: RetryPolicy): Pointed<RetryPolicy, RetryCode> => {
  let totalMs = 0;
  for (let attempt = 1; attempt < policy.maxAttempts; attempt += 1) totalMs += nominalDelayMs(policy, attempt);
  if (totalMs <= MAX_RETRY_HORIZON_MS) return accepted(policy);
  return refusedAt(
    '',
    'RETRY_HORIZON_EXCEEDED',
    `The delays of ${policy.maxAttempts} attempts come to ${formatDuration(totalMs)}; at most ${formatDuration(MAX_RETRY_HORIZON_MS)} is allowed. Make them fewer or shorter.`,
  );
};
