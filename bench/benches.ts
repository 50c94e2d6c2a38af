import { herd } from './herd.ts';
import { http } from './http.ts';
import { kill } from './kill.ts';
import { lateness } from './lateness.ts';
import type { Bench } from './result.ts';

/** All benches, in the order in which they run. */
export const benches: readonly Bench[] = [lateness, herd, http, kill];
