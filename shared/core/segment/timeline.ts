/** The rows of buckets that ticks work off: `send` has messages, `process` has timers of process functions. */
export const TIMELINES = ['send', 'process'] as const;

export type Timeline = (typeof TIMELINES)[number];
