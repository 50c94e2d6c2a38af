import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
import type { MiddlewareObj } from '@middy/core';
import type { Context } from 'aws-lambda';
import { describeError, withoutMessage } from './app/describe-error.ts';
import type { Config } from './config.ts';
import { METRICS } from './config.ts';
import { makeLatenessHistogram, recordLateness } from './core/delivery/lateness-histogram.ts';
import type { Clock } from './ports/clock.ts';
import type { LogFields, Telemetry } from './ports/telemetry.ts';
import { isGauge } from './ports/telemetry.ts';
import { latenessLines } from './telemetry/lateness-lines.ts';
import type { MetricGroup } from './telemetry/metric-totals.ts';
import { makeMetricTotals } from './telemetry/metric-totals.ts';
import type { Output } from './telemetry/output.ts';
import { makeOutput } from './telemetry/output.ts';

/** Telemetry with the beginning and the end of an invocation; `withTelemetry` calls both. */
export type InvocationTelemetry = Telemetry & {
  /** Puts the request's id and the cold start on every line that follows. */
  begin(context: Context): void;
  /** Writes what was added up: one line of totals, one a target, one or two of lateness. */
  flush(): void;
};

export type TelemetrySettings = Pick<Config, 'stage' | 'logLevel'> & {
  /** The function's name; on every line, but no dimension. */
  readonly service: string;
  readonly clock: Pick<Clock, 'now'>;
};

/** A runaway loop fills the log, which is billed by the byte; what an invocation notes beyond this is only counted. */
const MAX_NOTES = 200;
const MAX_FIELD_CHARS = 2000;

/**
 * Structured lines and metrics for CloudWatch through Powertools; see the port. Metrics are added up in the process
 * and written once an invocation. While the reader of stdout stalls, lines are dropped and metrics kept (F50).
 */
export function makeTelemetry(settings: TelemetrySettings): InvocationTelemetry {
  const { stage, service, clock, logLevel } = settings;
  const logger = new Logger({ serviceName: service, logLevel, persistentKeys: { stage } });
  const metrics = makeMetrics(stage);
  const output = makeOutput(process.stdout, process.stderr);
  const totals = makeMetricTotals();
  let lateness = makeLatenessHistogram();
  let notes = 0;
  let dropped = 0;

  const note: Telemetry['note'] = (level, event, fields) => {
    if (notes >= MAX_NOTES || !output.hasRoom()) {
      dropped += 1;
      return;
    }
    notes += 1;
    logger[level](event, clip(fields));
  };

  const flush = () => {
    if (!output.hasRoom()) return;
    const histogram = lateness;
    lateness = makeLatenessHistogram();
    for (const group of totals.drain()) writeGroup({ metrics, output, service, group });
    for (const line of latenessLines(histogram, { stage, service, now: clock.now() })) output.write(line);
    if (dropped > 0) logger.warn('notes dropped', { dropped });
    dropped = 0;
    notes = 0;
  };

  return {
    count: totals.add,
    lateness: (ms, n) => recordLateness(lateness, ms, n),
    note: (level, event, fields) => neverThrow(() => note(level, event, fields)),
    begin: (context) => neverThrow(() => logger.addContext(context)),
    flush: () => neverThrow(flush),
  };
}

/**
 * The first middleware of every chain: begins and flushes the telemetry of an invocation and notes how it ended.
 * An error goes on without its message, because Lambda logs it and it may quote a payload (P23).
 */
export function withTelemetry<Event, Result>(telemetry: InvocationTelemetry): MiddlewareObj<Event, Result> {
  const remaining = (context: Context) => ({ remainingMs: context.getRemainingTimeInMillis?.() });
  return {
    before: ({ context }) => {
      telemetry.begin(context);
    },
    after: ({ context }) => {
      telemetry.note('info', 'invocation ended', remaining(context));
      telemetry.flush();
    },
    onError: (request) => {
      telemetry.note('error', 'invocation failed', { ...describeError(request.error), ...remaining(request.context) });
      telemetry.flush();
      request.error = withoutMessage(request.error);
    },
  };
}

/** Powertools adds a dimension `service` by itself; ours are the same for all functions, so that alarms see totals. */
function makeMetrics(stage: string): Metrics {
  const metrics = new Metrics({ namespace: METRICS.namespace });
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ [METRICS.dimensions.stage]: stage });
  return metrics;
}

type GroupLine = { metrics: Metrics; output: Output; service: string; group: MetricGroup };

/** Powertools makes the line, we write it: its own console knows no bound. */
function writeGroup({ metrics, output, service, group }: GroupLine): void {
  if (group.target !== undefined) metrics.addDimension(METRICS.dimensions.target, group.target);
  metrics.addMetadata('service', service);
  for (const [metric, value] of group.values) {
    metrics.addMetric(metric, isGauge(metric) ? MetricUnit.Milliseconds : MetricUnit.Count, value);
  }
  output.write(JSON.stringify(metrics.serializeMetrics()));
  metrics.clearMetrics();
  metrics.clearDimensions();
  metrics.clearMetadata();
}

function clip(fields: LogFields = {}): LogFields {
  const short = (value: LogFields[string]) => (typeof value === 'string' ? value.slice(0, MAX_FIELD_CHARS) : value);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, short(value)]));
}

/** The port's promise: whatever happens here, the work goes on. */
function neverThrow(act: () => void): void {
  try {
    act();
  } catch {
    // There is nowhere left to tell it.
  }
}
