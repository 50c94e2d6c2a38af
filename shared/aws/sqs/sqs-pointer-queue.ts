import { hash32 } from '../../core/hash.ts';
import { inTurns } from '../../core/in-turns.ts';
import { epochMs } from '../../core/time/epoch.ts';
import type { Clock } from '../../ports/clock.ts';
import { checkHint } from '../../ports/hint-limits.ts';
import type { Hint, PointerQueue } from '../../ports/pointer-queue.ts';
import { waitBefore } from '../backoff.ts';
import { cutBatches, type SendBatch, type Untaken } from './send-batch.ts';

/** A hint that was not taken so often is left to the next tick (F06). */
const MAX_TRIES = 6;

/** Far below what SQS takes, so that a batch never comes near its limit (F08). */
const MAX_BATCH_BYTES = 200 * 1024;

/** Batches that may be under way at once. */
const BATCHES_AT_ONCE = 8;

export type SqsPointerQueueOptions = {
  readonly sendBatch: SendBatch;
  /** One or more lanes; hints for one unit always take the same. */
  readonly queueUrls: readonly string[];
  readonly clock: Clock;
  /** In [0, 1), for the waits between tries. */
  readonly random: () => number;
};

/** A {@link PointerQueue} on SQS. */
export const makeSqsPointerQueue = ({ sendBatch, queueUrls, clock, random }: SqsPointerQueueOptions): PointerQueue => {
  const sendBatchTo = async (queueUrl: string, batch: readonly Hint[]): Promise<readonly Hint[]> => {
    const refused: Hint[] = [];
    let left = batch;
    for (let tries = 1; left.length > 0 && tries <= MAX_TRIES; tries += 1) {
      if (tries > 1) await clock.sleepUntil(epochMs(clock.now() + waitBefore(tries - 1, random)));
      const entries = left.map(({ body, delaySeconds }) => ({ MessageBody: body, DelaySeconds: delaySeconds }));
      const untaken = await sendBatch(queueUrl, entries);
      // What is our own fault would be refused again.
      refused.push(
        ...pick(
          left,
          untaken.filter(({ senderFault }) => senderFault),
        ),
      );
      left = pick(
        left,
        untaken.filter(({ senderFault }) => !senderFault),
      );
    }
    return [...refused, ...left];
  };

  const laneOf = ({ body }: Hint): string => queueUrls[hash32(body) % queueUrls.length] as string;

  return {
    send: async (hints) => {
      hints.forEach(checkHint);
      const batches = [...Map.groupBy(hints, laneOf)].flatMap(([queueUrl, ofLane]) =>
        cutBatches(ofLane, ({ body }) => Buffer.byteLength(body), MAX_BATCH_BYTES).map((batch) => ({
          queueUrl,
          batch,
        })),
      );
      const left = await inTurns(batches, BATCHES_AT_ONCE, ({ queueUrl, batch }) => sendBatchTo(queueUrl, batch));
      return left.flat();
    },
  };
};

const pick = (hints: readonly Hint[], faults: readonly Untaken[]): Hint[] =>
  faults.flatMap(({ index }) => hints[index] ?? []);
