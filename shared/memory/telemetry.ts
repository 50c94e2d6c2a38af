import type { LatenessHistogram } from '../core/delivery/lateness-histogram.ts';
import { makeLatenessHistogram, recordLateness } from '../core/delivery/lateness-histogram.ts';
import type { LogFields, MetricName, Telemetry } from '../ports/telemetry.ts';
import { isGauge } from '../ports/telemetry.ts';

export type Note = {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly event: string;
  readonly fields: LogFields;
};

/** Telemetry that writes nothing and can be asked. */
export type MemoryTelemetry = Telemetry & {
  /** What was counted, of all targets or of one; of a gauge the last value. */
  total(metric: MetricName, target?: string): number;
  readonly latenessMs: LatenessHistogram;
  /** The latest 1,000, oldest first. */
  readonly notes: readonly Note[];
  /** Nothing: an invocation has no end here, so that `withTelemetry` takes this one too. */
  begin(): void;
  flush(): void;
};

const MAX_NOTES = 1000;

/** A quiet `Telemetry` for tests, simulations and the local runtime; its size is bounded. */
export function makeMemoryTelemetry(): MemoryTelemetry {
  const values = new Map<string, number>();
  const latenessMs = makeLatenessHistogram();
  const notes: Note[] = [];
  const keyOf = (metric: MetricName, target = '') => `${metric} ${target}`;

  const add = (metric: MetricName, value: number, target?: string) => {
    const key = keyOf(metric, target);
    values.set(key, isGauge(metric) ? value : (values.get(key) ?? 0) + value);
  };

  return {
    count: (metric, value, target) => {
      add(metric, value);
      if (target) add(metric, value, target);
    },
    lateness: (ms, n) => recordLateness(latenessMs, ms, n),
    note: (level, event, fields = {}) => {
      notes.push({ level, event, fields });
      if (notes.length > MAX_NOTES) notes.shift();
    },
    total: (metric, target) => values.get(keyOf(metric, target)) ?? 0,
    latenessMs,
    notes,
    begin: () => {},
    flush: () => {},
  };
}
