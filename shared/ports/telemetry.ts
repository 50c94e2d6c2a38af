/** The metrics that alarms stand on (P24); units in the comment of each. */
export type MetricName =
  | 'accepted' // messages
  | 'sent' // messages
  | 'failed' // attempts
  | 'dead' // messages
  | 'expired' // messages
  | 'cancelled' // messages
  | 'unknown' // messages of at-most-once targets whose outcome is not known
  | 'uncertain' // failed attempts that are repeated although the target may have acted: it may see the message twice
  | 'takenOver' // units whose worker gave no account of its last second or so: what it sent in it goes out twice
  | 'stale' // pointers to nothing
  | 'quarantined' // stored items that could not be read
  | 'throttled' // store calls
  | 'outcomesUnpublished' // messages that ended without an event on the bus of outcomes, or perhaps without one
  | 'tickGapMs'
  | 'settledLagMs'
  | 'oldestDueAgeMs'
  | 'clockSkewMs';

/** Counters add up; gauges, whose names end in `Ms`, are values of one moment. */
export const isGauge = (metric: MetricName): boolean => metric.endsWith('Ms');

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

/** Metrics and structured log lines; never blocks, never throws, never sees a payload. Adapters: Powertools EMF, memory. */
export interface Telemetry {
  count(metric: MetricName, value: number, target?: string): void;
  /** How late `n` messages were, in whole milliseconds. */
  lateness(ms: number, n?: number): void;
  note(level: 'debug' | 'info' | 'warn' | 'error', event: string, fields?: LogFields): void;
}
