import { DeleteMessageBatchCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { describe, expect, it } from 'vitest';
import type { SendBatch } from '../../../shared/aws/sqs/send-batch.ts';
import { makeSqsPointerQueue } from '../../../shared/aws/sqs/sqs-pointer-queue.ts';
import { makeSystemClock } from '../../../shared/aws/system-clock.ts';
import { type OpenQueue, pointerQueueContract } from '../../contract/pointer-queue.contract.ts';
import { embedded, namedServices, openQueues, type Services } from '../../support/engines.ts';
import { skippedWithoutEndpoint } from '../../support/skipped.ts';

const openQueue = async (services: Services, lanes: number): Promise<OpenQueue> => {
  const { client, sendBatch, queueUrls, close } = await openQueues(services, lanes);
  const look = async (QueueUrl: string): Promise<string[]> => {
    const { Messages = [] } = await client.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
    );
    const Entries = Messages.map(({ ReceiptHandle }, n) => ({ Id: String(n), ReceiptHandle }));
    if (Entries.length > 0) await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    return Messages.map(({ Body = '' }) => Body);
  };
  return {
    queue: makeSqsPointerQueue({ sendBatch, queueUrls, clock: makeSystemClock(), random: Math.random }),
    receive: async () => (await Promise.all(queueUrls.map(look))).flat(),
    nowMs: Date.now,
    close,
  };
};

pointerQueueContract('fauxqs, one lane', async () => openQueue(await embedded(), 1));
pointerQueueContract('fauxqs, three lanes', async () => openQueue(await embedded(), 3));

const named = namedServices();
if (named) pointerQueueContract('the named endpoint', () => openQueue(named, 1));
else skippedWithoutEndpoint('PointerQueue');

describe('lanes', () => {
  it('are all used, and equal hints always take the same', async () => {
    const { sendBatch, queueUrls, close } = await openQueues(await embedded(), 4);
    const lanes: string[][] = [];
    const noting: SendBatch = (queueUrl, entries) => {
      for (const { MessageBody } of entries) lanes.push([MessageBody ?? '', queueUrl]);
      return sendBatch(queueUrl, entries);
    };
    const queue = makeSqsPointerQueue({ sendBatch: noting, queueUrls, clock: makeSystemClock(), random: Math.random });
    const hints = Array.from({ length: 64 }, (_, n) => ({ body: `unit-${n}`, delaySeconds: 0 }));
    await queue.send(hints);
    await queue.send(hints.toReversed());
    expect(new Set(lanes.map((lane) => lane.join())).size).toBe(64);
    expect(new Set(lanes.map(([, url]) => url))).toEqual(new Set(queueUrls));
    await close();
  });
});
