/** `event` timers follow the watermark, `processing` timers the wall clock. */
export type TimerDomain = 'event' | 'processing';

/**
 * A pending timer of one key. Unnamed ones are the same when domain and `at` are; named ones when domain and name are.
 * `everyMs` makes it periodic.
 */
export type Timer = {
  readonly domain: TimerDomain;
  readonly at: number;
  readonly name: string | null;
  readonly everyMs: number | null;
};
