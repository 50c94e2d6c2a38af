import { PgBoss } from 'pg-boss';
import type { Job, Peer } from './peer.ts';

const QUEUE = 'bench';
const BATCH = 1_000;
const WORKERS = 2;
/** The shortest that it takes. */
const POLLING_SECONDS = 0.5;

const open = async (url: string): Promise<PgBoss> => {
  const boss = new PgBoss({ connectionString: url });
  boss.on('error', (error: Error) => process.stderr.write(`pg-boss: ${error.message}\n`));
  await boss.start();
  return boss;
};

export const pgBoss: Peer = {
  name: 'pg-boss',
  server: 'postgres',
  settings: `insert of 5,000, batchSize ${BATCH}, localConcurrency ${WORKERS}, pollingIntervalSeconds ${POLLING_SECONDS} (the least), burstWhenBatchFull, one worker process; Postgres: as Debian sets it, fsync on`,
  credit:
    'stores a job in the same transaction as the data it belongs to; keeps every job as a row for SQL; runs any code; has cron, priorities, dependencies and policies (singleton, throttle, debounce); needs nothing but the Postgres at hand.',
  bulk: 5_000,
  produce: async (url) => {
    const boss = await open(url);
    await boss.createQueue(QUEUE);
    return {
      add: (jobs) =>
        boss.insert(
          QUEUE,
          jobs.map((data) => ({ data, startAfter: new Date(data.due) })),
        ),
      close: () => boss.stop({ graceful: false }),
    };
  },
  work: async (url, onStart) => {
    const boss = await open(url);
    await boss.work<Job>(
      QUEUE,
      {
        batchSize: BATCH,
        localConcurrency: WORKERS,
        pollingIntervalSeconds: POLLING_SECONDS,
        burstWhenBatchFull: true,
      },
      async (jobs) => {
        for (const { data } of jobs) onStart(data);
      },
    );
    return { close: () => boss.stop({ graceful: false }) };
  },
};
