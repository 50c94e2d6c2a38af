import { Worker } from 'node:worker_threads';
import type { FaultId } from './fault-table.ts';
import { NOTHING_LOST } from './final-checks.ts';
import type { Plant } from './plants.ts';
import type { Reply } from './sim-worker.ts';
import { makeWatchdog } from './watchdog.ts';
import type { SeedReport } from './world.ts';

/** Running time: longer than any world lives; one that takes it goes round in circles without letting time pass. */
const HANG_MS = 120_000;

const SEEDS_AT_ONCE = 8;

const hung = (seed: number): SeedReport => ({
  seed,
  on: [],
  messages: 0,
  elements: 0,
  events: 0,
  struck: {},
  violations: [{ promise: 'P1', what: `seed ${seed} did not end within ${HANG_MS / 1000} s`, at: 0 }],
  verdict: NOTHING_LOST,
});

const startWorker = (plant?: Plant): Worker =>
  new Worker(new URL('./sim-worker.ts', import.meta.url), { workerData: plant ? { plant } : {} });

/** One worker that runs seeds until `next` has no more; a hang counts as a failure of the seed that was under way. */
const runOn = (next: () => number[], onReport: (report: SeedReport) => boolean, plant?: Plant): Promise<void> =>
  new Promise((resolve, reject) => {
    let worker = startWorker(plant);
    let left: number[] = [];

    const end = (): void => {
      watchdog.stop();
      void worker.terminate().then(() => resolve());
    };
    const ask = (): void => {
      if (left.length === 0) {
        left = next();
        if (left.length === 0) {
          end();
          return;
        }
        worker.postMessage({ seeds: left });
      }
      watchdog.start();
    };
    const onHang = (): void => {
      const [seed, ...rest] = left;
      if (!onReport(hung(seed ?? 0))) {
        end();
        return;
      }
      void worker.terminate();
      worker = listen(startWorker(plant));
      left = rest;
      if (left.length > 0) worker.postMessage({ seeds: left });
      ask();
    };
    const listen = (started: Worker): Worker => {
      started.on('message', ({ report }: Reply) => {
        left = left.slice(1);
        if (onReport(report)) ask();
        else end();
      });
      return started.on('error', reject);
    };
    const watchdog = makeWatchdog(HANG_MS, onHang);
    listen(worker);
    ask();
  });

export type RunOptions = {
  readonly seeds: readonly number[];
  readonly threads: number;
  readonly plant?: Plant;
  /** Takes each report as it comes; false ends the run. */
  readonly onReport: (report: SeedReport) => boolean;
};

/** Runs seeds on several threads, in any order. */
export const runSeeds = async ({ seeds, threads, plant, onReport }: RunOptions): Promise<void> => {
  let taken = 0;
  let stopped = false;
  const next = (): number[] => {
    if (stopped) return [];
    taken += SEEDS_AT_ONCE;
    return seeds.slice(taken - SEEDS_AT_ONCE, taken);
  };
  const take = (report: SeedReport): boolean => {
    if (!stopped && !onReport(report)) stopped = true;
    return !stopped;
  };
  await Promise.all(Array.from({ length: threads }, () => runOn(next, take, plant)));
};

/** Runs one seed, with fewer faults or with its story. */
export const runOne = (
  seed: number,
  options: { only?: readonly FaultId[]; story?: boolean; plant?: Plant },
): Promise<Reply> =>
  new Promise((resolve, reject) => {
    const worker = startWorker(options.plant);
    const end = (reply: Reply): void => {
      watchdog.stop();
      void worker.terminate().then(() => resolve(reply));
    };
    const watchdog = makeWatchdog(HANG_MS, () => end({ report: hung(seed) }));
    watchdog.start();
    worker.on('message', end).on('error', reject);
    const { only, story } = options;
    worker.postMessage({ seeds: [seed], ...(only ? { only } : {}), ...(story ? { story } : {}) });
  });
