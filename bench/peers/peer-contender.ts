import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { percentiles } from '../result.ts';
import {
  type Contender,
  LATER_MS,
  LEAD_MS,
  type Ledger,
  SPREAD_JOBS,
  SPREAD_SECONDS,
  spreadDueAt,
  TEXT,
} from './contender.ts';
import type { Job, Peer, Producer } from './peer.ts';
import type { Stores } from './stores.ts';
import { startWorker } from './worker-child.ts';
import type { Report } from './worker-main.ts';

/** Loading a herd is given this much per job: a peer on a busy machine stores 5,000 a second. */
const LOAD_MS_A_JOB = 0.2;
const PATIENCE_MS = 120_000;

const jobsOf = (n: number, dueAt: (k: number) => number): Job[] =>
  Array.from({ length: n }, (_, k) => ({ n: k, due: dueAt(k), text: TEXT }));

/** Milliseconds that it took to store them, one bulk call after another. */
const store = async (producer: Producer, { bulk }: Peer, jobs: readonly Job[]): Promise<number> => {
  const started = performance.now();
  for (let from = 0; from < jobs.length; from += bulk) await producer.add(jobs.slice(from, from + bulk));
  return performance.now() - started;
};

const ledgerOf = ({ started, distinct, latenessesMs }: Report, jobs: number): Ledger => ({
  lost: jobs - distinct,
  twice: started - distinct,
  early: latenessesMs.filter((ms) => ms < 0).length,
});

const versionOf = (name: string): string => {
  const file = new URL(`./node_modules/${name}/package.json`, import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
};

/** Runs the workloads on a peer: producer in this process, worker in another, a fresh store each time. */
export const contenderOf = (peer: Peer, stores: Stores): Contender => {
  const withPeer = async <T>(
    jobs: number,
    use: (producer: Producer, reportOf: (jobs: number) => Promise<Report>) => Promise<T>,
  ): Promise<T> => {
    await using open = new AsyncDisposableStack();
    const { url } = open.use(await stores.fresh(peer.server));
    const producer = open.adopt(await peer.produce(url), (one) => one.close());
    const worker = open.use(await startWorker(peer, url, jobs));
    return await use(producer, (count) => worker.reportOf(count, PATIENCE_MS + jobs));
  };
  return {
    name: peer.name,
    version: `${versionOf(peer.name)}, ${stores.versionOf(peer.server)}`,
    settings: peer.settings,
    credit: peer.credit,
    herd: (n) =>
      withPeer(n, async (producer, reportOf) => {
        const due = Date.now() + LEAD_MS + n * LOAD_MS_A_JOB;
        await store(
          producer,
          peer,
          jobsOf(n, () => due),
        );
        if (Date.now() > due) throw new Error(`${peer.name} was still storing the herd when it was due.`);
        await sleep(due - Date.now());
        const report = await reportOf(n);
        const lateness = percentiles(report.latenessesMs);
        return { n, perSecond: (n * 1000) / Math.max(1, lateness.max), lateness, ...ledgerOf(report, n) };
      }),
    ingestAndSpread: (pending) =>
      withPeer(SPREAD_JOBS, async (producer, reportOf) => {
        const later = Date.now() + LATER_MS;
        const ms = await store(
          producer,
          peer,
          jobsOf(pending, () => later),
        );
        const from = Date.now() + LEAD_MS;
        await store(
          producer,
          peer,
          jobsOf(SPREAD_JOBS, (k) => spreadDueAt(from, k)),
        );
        await sleep(from + SPREAD_SECONDS * 1000 - Date.now());
        const report = await reportOf(SPREAD_JOBS);
        const spread = { lateness: percentiles(report.latenessesMs), ...ledgerOf(report, SPREAD_JOBS) };
        return { ingestPerSecond: (pending * 1000) / ms, spread };
      }),
  };
};
