import type { Context, ScheduledEvent } from 'aws-lambda';
import type { TickOptions, TickReport } from '../../shared/app/tick/make-tick.ts';
import type { Telemetry } from '../../shared/ports/telemetry.ts';

type Tick = { run(options: TickOptions): Promise<TickReport> };

export type TickDeps = {
  readonly tick: Tick;
  /** The one of process functions, where there are any. */
  readonly processTick?: Tick;
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
  ({ tick, processTick, telemetry }: TickDeps): TickFunction =>
  async (_event, context) => {
    const options = { budgetMs: Math.max(0, context.getRemainingTimeInMillis() - STOP_BEFORE_MS) };
    // Neither waits for the other, nor ends with it.
    const [sending, processing] = await Promise.allSettled([tick.run(options), processTick?.run(options)]);
    for (const end of [sending, processing]) if (end.status === 'rejected') throw end.reason;
    const report = (sending as PromiseFulfilledResult<TickReport>).value;
    if (!report.complete) telemetry.note('warn', 'tick incomplete', { settledThrough: report.settledThrough });
    return report;
  };
