import type { Config } from '../config.ts';
import { DEFAULTS, readEndpoints } from '../config.ts';
import type { Timing } from '../core/segment/timing.ts';
import type { Storage } from './open-storage.ts';
import { REGION, TABLES } from './set-up-engines.ts';

const MS_PER_SECOND = 1000;
const MS_PER_DAY = 86_400_000;

/** One process works everything off, so more segments would only be more to look at. */
const SHARDS = 4;

/**
 * A process that is killed sends again what it had not logged: with four segments at most a hundred messages, at the
 * price of writes that cost nothing here.
 */
export const LOCAL_TIMING: Partial<Timing> = { checkpointItems: 25 };

/** Targets on this machine, which nobody else can reach: what an operator would have to allow. */
const LOOPBACK = ['127.0.0.0/8', '::1', 'localhost'];

/** The settings of a runtime on the embedded engines. */
export const localConfig = ({ engines, queues }: Storage): Config => ({
  stage: 'local',
  region: REGION,
  tables: TABLES,
  sendQueueUrls: [queues.send.url],
  processQueueUrls: [queues.process.url],
  shards: SHARDS,
  lookaheadMs: DEFAULTS.lookaheadSeconds * MS_PER_SECOND,
  retentionMs: DEFAULTS.retentionDays * MS_PER_DAY,
  allowHttp: false,
  allowTargets: LOOPBACK,
  targetPorts: [443],
  logLevel: 'info',
  // What a variable of the environment names; the tables and queues are never elsewhere.
  endpoints: { ...readEndpoints(), dynamodb: engines.dynamoEndpoint, sqs: engines.sqsEndpoint },
  endpointsOnly: true,
});
