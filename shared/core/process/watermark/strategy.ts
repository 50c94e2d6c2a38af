import { NO_WATERMARK, plusSaturating } from '../event-time.ts';
import { ProcessError } from '../process-error.ts';

/** How far a source partition has come, from the timestamps it has shown. Plain data. */
export type WatermarkState = { readonly maxTimestamp: number; readonly watermark: number };

/** Turns the timestamps of one source partition into its watermark. */
export type WatermarkStrategy = {
  /** The watermark after an element with this timestamp; what it gives below the last one is not taken. */
  readonly watermark: (timestamp: number, state: WatermarkState) => number;
  /** A partition without elements for longer than this holds nothing back; `null`: it always does. */
  readonly idleAfterMs: number | null;
};

type Options = { readonly idleAfterMs?: number };

export const freshWatermark: WatermarkState = { maxTimestamp: NO_WATERMARK, watermark: NO_WATERMARK };

/** Elements may come up to `delayMs` late: the watermark is the highest timestamp − `delayMs` − 1. */
export const boundedOutOfOrderness = (delayMs: number, options: Options = {}): WatermarkStrategy => {
  if (!(delayMs >= 0)) {
    throw new ProcessError('INVALID_DEFINITION', `A delay of ${delayMs} ms for a watermark: it has to be 0 or more.`);
  }
  return customWatermark((timestamp) => plusSaturating(timestamp, -delayMs - 1), options);
};

/** Elements never go back in time: the watermark is the highest timestamp − 1. */
export const monotonicTimestamps = (options: Options = {}): WatermarkStrategy => boundedOutOfOrderness(0, options);

/** The watermark after each element is what `watermark` makes of the highest timestamp, unless that goes back. */
export const customWatermark = (
  watermark: (maxTimestamp: number) => number,
  { idleAfterMs }: Options = {},
): WatermarkStrategy => ({
  watermark: (timestamp, state) => watermark(Math.max(timestamp, state.maxTimestamp)),
  idleAfterMs: idleAfterMs ?? null,
});

/** The state after an element; monotone whatever the strategy says. */
export const observeTimestamp = (
  strategy: WatermarkStrategy,
  state: WatermarkState,
  timestamp: number,
): WatermarkState => ({
  maxTimestamp: Math.max(state.maxTimestamp, timestamp),
  watermark: Math.max(state.watermark, strategy.watermark(timestamp, state)),
});
