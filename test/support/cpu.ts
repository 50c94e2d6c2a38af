import { expect } from 'vitest';

/** No input of a reader may take longer. */
const MAX_CASE_MS = 20;
/** A collection of garbage or a compilation may fall into one of them. */
const TRIES = 5;

/** CPU time of this thread, so that other work on the machine does not count. */
const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

/** What `read` gives; fails where it takes more than 20 ms of CPU, each time that it is tried. */
export function withinTime<T>(read: () => T): T {
  let fastestMs = Number.POSITIVE_INFINITY;
  for (let tries = 0; tries < TRIES; tries += 1) {
    const startMs = cpuMs();
    const result = read();
    fastestMs = Math.min(fastestMs, cpuMs() - startMs);
    if (fastestMs <= MAX_CASE_MS) return result;
  }
  return expect.fail(`one input takes ${fastestMs} ms of CPU; at most ${MAX_CASE_MS} are allowed`);
}
