import { cold } from './cold.ts';
import { cost } from './cost.ts';
import { herd } from './herd.ts';
import { http } from './http.ts';
import { ingest } from './ingest.ts';
import { kill } from './kill.ts';
import { lateness } from './lateness.ts';
import { memory } from './memory.ts';
import { processBench } from './process.ts';
import type { Bench } from './result.ts';
import { single } from './single.ts';
import { stepBench } from './step.ts';
import { timers } from './timers.ts';

/** All benches, in the order in which they run. */
export const benches: readonly Bench[] = [
  ...[cold, cost, single, ingest, http, herd, kill, memory, lateness],
  ...[stepBench, processBench, timers],
];
