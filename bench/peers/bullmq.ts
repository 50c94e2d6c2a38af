import { Queue, Worker } from 'bullmq';
import type { Job, Peer } from './peer.ts';

const QUEUE = 'bench';
/** Its guide calls 100 to 300 usual for jobs that wait for something; its production page keeps a handful of done ones. */
const CONCURRENCY = 100;
const KEEP = 1_000;

export const bullmq: Peer = {
  name: 'bullmq',
  server: 'redis',
  settings: `addBulk of 1,000, concurrency ${CONCURRENCY}, removeOnComplete ${KEEP}, one worker process; Redis: appendonly everysec, hz 100 (default 10)`,
  credit:
    'runs any code, with progress, results and events; takes jobs that are due now; has priorities, flows of parents and children, repeating jobs and dashboards.',
  bulk: 1_000,
  produce: async (url) => {
    const queue = new Queue<Job>(QUEUE, { connection: { url } });
    await queue.waitUntilReady();
    return {
      add: (jobs) => {
        const timestamp = Date.now();
        return queue.addBulk(
          jobs.map((data) => ({ name: 'job', data, opts: { timestamp, delay: data.due - timestamp } })),
        );
      },
      close: () => queue.close(),
    };
  },
  work: async (url, onStart) => {
    const worker = new Worker<Job>(QUEUE, async ({ data }) => onStart(data), {
      connection: { url, maxRetriesPerRequest: null },
      concurrency: CONCURRENCY,
      removeOnComplete: { count: KEEP },
    });
    await worker.waitUntilReady();
    return worker;
  },
};
