import type { Engine } from './app/engine.ts';
import type { LedgerBook } from './app/ledger-book.ts';
import { makeSqsPointerQueue } from './aws/sqs/sqs-pointer-queue.ts';
import { sendToQueues } from './compose.ts';
import type { Config } from './config.ts';

/** Timers are no messages: nobody is told how many there are, and their ledger is in their logs. */
const NO_LEDGERS: LedgerBook = { book: () => {}, lateness: () => {}, target: () => {}, flush: async () => {} };

/** The engine of the timeline of process functions, beside that of messages. */
export const composeProcessEngine = (sending: Engine, config: Config): Engine => {
  const { clock } = sending;
  const queueUrls = config.processQueueUrls as [string, ...string[]];
  return {
    ...sending,
    timeline: 'process',
    ledgers: NO_LEDGERS,
    queue: makeSqsPointerQueue({ sendBatch: sendToQueues(config), queueUrls, clock, random: Math.random }),
  };
};
