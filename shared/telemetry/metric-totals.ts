import type { MetricName } from '../ports/telemetry.ts';
import { isGauge } from '../ports/telemetry.ts';

/** The sums of one dimension set; `target` is absent on the totals. */
export type MetricGroup = { readonly target?: string; readonly values: ReadonlyMap<MetricName, number> };

/** Metrics of one invocation, added up in the process. */
export type MetricTotals = {
  add(metric: MetricName, value: number, target?: string): void;
  /** Hands out what was added since the last call, the totals first; empty where nothing was. */
  drain(): readonly MetricGroup[];
};

/** CloudWatch bills each metric of each target by the month, and each target costs a log line. */
const MAX_TARGETS = 100;
const OTHER_TARGETS = '(other)';

export function makeMetricTotals(): MetricTotals {
  let totals = new Map<MetricName, number>();
  let byTarget = new Map<string, Map<MetricName, number>>();

  const groupOf = (target: string): Map<MetricName, number> => {
    const name = byTarget.has(target) || byTarget.size < MAX_TARGETS ? target : OTHER_TARGETS;
    const group = byTarget.get(name) ?? new Map<MetricName, number>();
    byTarget.set(name, group);
    return group;
  };

  return {
    add: (metric, value, target) => {
      if (!Number.isFinite(value)) return;
      merge(totals, metric, value);
      if (target) merge(groupOf(target), metric, value);
    },
    drain: () => {
      const groups: MetricGroup[] = totals.size > 0 ? [{ values: totals }] : [];
      for (const [target, values] of byTarget) groups.push({ target, values });
      totals = new Map();
      byTarget = new Map();
      return groups;
    },
  };
}

/** Of a gauge the value furthest from zero stays: the one that an alarm wants to see. */
function merge(group: Map<MetricName, number>, metric: MetricName, value: number): void {
  const before = group.get(metric);
  if (before === undefined) group.set(metric, value);
  else if (!isGauge(metric)) group.set(metric, before + value);
  else if (Math.abs(value) > Math.abs(before)) group.set(metric, value);
}
