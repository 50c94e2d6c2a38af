import type { Context, ScheduledEvent } from 'aws-lambda';
import type { TickOptions, TickReport } from '../../shared/app/tick/make-tick.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

export type TickDeps = {
  readonly tick: { run(options: TickOptions): Promise<TickReport> };
  readonly telemetry: Telemetry;
};

export type TickFunction = (
  event: ScheduledEvent,
  context: Pick<Context, 'getRemainingTimeInMillis'>,
) => Promise<TickReport>;

/** A tick leaves off so long before the deadline; a call that is under way then may take until it. */
const STOP_BEFORE_MS = 8_000;

/**
 * Runs a tick for as long as there is time. The event says only that a minute has passed: its `time` may be hours old
 * (F04), so the tick goes by the clock and its own cursor.
 */
export const makeTickFunction =
  ({ tick, telemetry }: TickDeps): TickFunction =>
  async (_event, context) => {
    const report = await tick.run({ budgetMs: Math.max(0, context.getRemainingTimeInMillis() - STOP_BEFORE_MS) });
    if (!report.complete) telemetry.note('warn', 'tick incomplete', { settledThrough: report.settledThrough });
    return report;
  };
