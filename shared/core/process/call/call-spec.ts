import { ProcessError } from '../process-error.ts';

/** What `run` is told besides the request. */
export type CallAttempt = {
  /** Aborts when the time of the attempt is over. */
  readonly signal: AbortSignal;
  /** 1, 2, … */
  readonly attempt: number;
  readonly key: string;
  /** The same for every attempt, also after a crash: what is called recognises by it what it has done already. */
  readonly id: string;
};

/** When a failed attempt is made again. The delay is `initialMs · factor^n`, at most `maxMs`, for each call by itself. */
export type CallRetry<Result> = {
  /** Retries after the first attempt: 2 are three attempts. Default 3. */
  readonly maxRetries: number;
  /** Default 1,000. */
  readonly initialMs: number;
  /** Default 2. */
  readonly factor: number;
  /** Default 60,000. */
  readonly maxMs: number;
  /** Is an attempt that threw this, or ran out of time, made again? Default: always. */
  retryOn?(error: unknown): boolean;
  /** Is an attempt with this result made again? After the last retry the result is taken. Default: never. */
  retryResult?(result: Result): boolean;
};

/** An asynchronous call that handlers may ask for. */
export type CallSpec<Request, Result> = {
  readonly run: (request: Request, attempt: CallAttempt) => Promise<Result>;
  readonly timeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly retry: CallRetry<Result>;
  readonly order: 'ordered' | 'unordered';
  readonly inFlight: number;
};

export type CallSpecs = { readonly [name: string]: CallSpec<never, unknown> };

export type RequestOf<C> = C extends CallSpec<infer Request, unknown> ? Request : never;

export type ResultOf<C> = C extends CallSpec<never, infer Result> ? Result : never;

/** What `call` takes. */
export type CallOptions<Request, Result> = {
  /** Makes the call, at least once. It may run again with the same id: after a crash, and while an earlier run hangs. */
  readonly run: (request: Request, attempt: CallAttempt) => Promise<Result>;
  /** Of one attempt. Default 10,000. */
  readonly timeoutMs?: number;
  /** Of all attempts together with the waits between them, from the call on. Default 300,000. */
  readonly totalTimeoutMs?: number;
  readonly retry?: Partial<CallRetry<Result>>;
  /**
   * `ordered`: results of a key come in the order of its calls. `unordered`: as they arrive, though those of calls from
   * before a watermark come before those from after it. Default `unordered`.
   */
  readonly order?: 'ordered' | 'unordered';
  /** Attempts that one process instance has running at a time. Default 100. */
  readonly inFlight?: number;
};

const TIMES = { timeoutMs: 10_000, totalTimeoutMs: 300_000 };
const RETRY = { maxRetries: 3, initialMs: 1000, factor: 2, maxMs: 60_000 };

/** Declares an asynchronous call: `call({ run: async (id: string) => fetchName(id) })`. Requests and results are plain data. */
export const call = <Request, Result>(options: CallOptions<Request, Result>): CallSpec<Request, Result> => ({
  run: options.run,
  timeoutMs: options.timeoutMs ?? TIMES.timeoutMs,
  totalTimeoutMs: options.totalTimeoutMs ?? TIMES.totalTimeoutMs,
  retry: { ...RETRY, ...options.retry },
  order: options.order ?? 'unordered',
  inFlight: options.inFlight ?? 100,
});

/** Refuses names that an id could not carry, times and counts that make no sense, and handlers of calls that are not there. */
export const checkCalls = (calls: CallSpecs, handlers: readonly object[]): void => {
  for (const [name, spec] of Object.entries(calls)) {
    if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
      throw invalid(`"${name}" cannot name a call: use a letter, then up to 63 letters, digits, _ or -.`);
    }
    const { timeoutMs, totalTimeoutMs, inFlight, retry } = spec;
    if (![timeoutMs, totalTimeoutMs, inFlight].every((count) => Number.isSafeInteger(count) && count > 0)) {
      throw invalid(`Call "${name}": timeoutMs, totalTimeoutMs and inFlight have to be whole numbers above 0.`);
    }
    const { maxRetries, initialMs, factor, maxMs } = retry;
    if (!(Number.isSafeInteger(maxRetries) && maxRetries >= 0 && initialMs >= 0 && factor >= 1 && maxMs >= initialMs)) {
      throw invalid(
        `Call "${name}": retry needs maxRetries from 0, initialMs from 0, factor from 1, maxMs from initialMs.`,
      );
    }
  }
  for (const name of handlers.flatMap((named) => Object.keys(named))) {
    if (!Object.hasOwn(calls, name)) throw invalid(`There is a handler for "${name}", and no call of that name.`);
  }
};

const invalid = (detail: string): ProcessError => new ProcessError('INVALID_DEFINITION', detail);
