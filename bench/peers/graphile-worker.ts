import { Logger, makeWorkerUtils, run } from 'graphile-worker';
import type { Job, Peer } from './peer.ts';

const TASK = 'bench';
/** As in the configuration of its own performance page. */
const CONCURRENCY = 24;
const LOCAL_QUEUE = 500;
/** Jobs of the future are found by polling alone; in its favour much shorter than its default of 2,000 ms. */
const POLL_MS = 20;

const logger = new Logger(() => (level, message) => {
  if (level === 'error') process.stderr.write(`graphile-worker: ${message}\n`);
});

export const graphileWorker: Peer = {
  name: 'graphile-worker',
  server: 'postgres',
  settings: `addJobs of 5,000, concurrentJobs ${CONCURRENCY}, localQueue ${LOCAL_QUEUE}, completeJobBatchDelay 0, pollInterval ${POLL_MS} ms (default 2,000), one worker process; Postgres: as Debian sets it, fsync on`,
  credit:
    'stores a job in the same transaction as the data it belongs to, from SQL or a trigger too; starts one that is due now within milliseconds by LISTEN/NOTIFY; runs any code; has cron, priorities and queues in series.',
  bulk: 5_000,
  produce: async (url) => {
    const utils = await makeWorkerUtils({ connectionString: url, logger });
    await utils.migrate();
    return {
      add: (jobs) =>
        utils.addJobs(jobs.map((payload) => ({ identifier: TASK, payload, runAt: new Date(payload.due) }))),
      close: async () => utils.release(),
    };
  },
  work: async (url, onStart) => {
    const runner = await run({
      preset: {
        worker: {
          connectionString: url,
          concurrentJobs: CONCURRENCY,
          maxPoolSize: CONCURRENCY + 1,
          pollInterval: POLL_MS,
          localQueue: { size: LOCAL_QUEUE },
          completeJobBatchDelay: 0,
          failJobBatchDelay: 0,
        },
      },
      logger,
      noHandleSignals: true,
      parsedCronItems: [],
      taskList: { [TASK]: (payload) => onStart(payload as Job) },
    });
    return { close: () => runner.stop() };
  },
};
