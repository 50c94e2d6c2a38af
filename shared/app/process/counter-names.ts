/** What is counted of a process. Running figures: whoever dies takes its last ones with it. */
export const COUNTER_NAMES = [
  'elements',
  'duplicates',
  'failed',
  'late',
  'ignoredWatermarks',
  'timersFired',
  'outputs',
  'dead',
  'commits',
  'conflicts',
] as const;

export type CounterName = (typeof COUNTER_NAMES)[number];
