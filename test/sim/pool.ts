import { Worker } from 'node:worker_threads';
import type { FaultId } from './fault-table.ts';
import { NOTHING_LOST } from './final-checks.ts';
import type { Plant } from './plants.ts';
import type { Asked, Reply } from './sim-worker.ts';
import { makeWatchdog } from './watchdog.ts';
import type { SeedReport } from './world.ts';

/** Running time: longer than any world lives; one that takes it goes round in circles without letting time pass. */
const HANG_MS = 120_000;

/** So many worlds a worker gets at most; fewer where few are left, so that no thread waits long for another at the end. */
const WORLDS_AT_ONCE = 8;

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

/** One worker that lives through worlds until `next` has no more; a hang counts as a failure of the one under way. */
const runOn = (next: () => readonly Asked[], onReport: (report: SeedReport) => boolean, plant?: Plant): Promise<void> =>
  new Promise((resolve, reject) => {
    let worker = startWorker(plant);
    let left: readonly Asked[] = [];

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
        worker.postMessage({ worlds: left });
      }
      watchdog.start();
    };
    const onHang = (): void => {
      const [world, ...rest] = left;
      if (!onReport(hung(world?.seed ?? 0))) {
        end();
        return;
      }
      void worker.terminate();
      worker = listen(startWorker(plant));
      left = rest;
      if (left.length > 0) worker.postMessage({ worlds: left });
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
  readonly worlds: readonly Asked[];
  readonly threads: number;
  readonly plant?: Plant;
  /** Takes each report as it comes; false ends the run. */
  readonly onReport: (report: SeedReport) => boolean;
};

/** Lives through worlds on several threads, in any order. */
export const liveThrough = async ({ worlds, threads, plant, onReport }: RunOptions): Promise<void> => {
  let taken = 0;
  let stopped = false;
  const next = (): readonly Asked[] => {
    if (stopped) return [];
    const share = Math.ceil((worlds.length - taken) / (2 * threads));
    const some = worlds.slice(taken, taken + Math.min(WORLDS_AT_ONCE, share));
    taken += some.length;
    return some;
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
    worker.postMessage({ worlds: [{ seed, ...(only ? { only } : {}) }], ...(story ? { story } : {}) });
  });
