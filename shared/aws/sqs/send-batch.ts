import type { BatchResultErrorEntry, SendMessageBatchRequestEntry, SQSClient } from '@aws-sdk/client-sqs';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { StoreError } from '../../ports/store-error.ts';
import { toStoreError } from '../service-error.ts';

/** An entry that a call did not take, and whether it may have been taken all the same. */
export type Untaken = { readonly index: number; readonly senderFault: boolean; readonly unknown: boolean };

const untaken = ({ Id, SenderFault }: BatchResultErrorEntry): Untaken => ({
  index: Number(Id),
  senderFault: SenderFault ?? false,
  unknown: false,
});

/**
 * One SendMessageBatch call. Entries are named by their position; returns what was not taken, which is all of them
 * where the call itself failed.
 */
export const sendBatch = async (
  client: SQSClient,
  queueUrl: string,
  entries: readonly Omit<SendMessageBatchRequestEntry, 'Id'>[],
  signal?: AbortSignal,
): Promise<readonly Untaken[]> => {
  const command = new SendMessageBatchCommand({
    QueueUrl: queueUrl,
    Entries: entries.map((entry, index) => ({ ...entry, Id: String(index) })),
  });
  try {
    const { Failed } = await client.send(command, signal ? { abortSignal: signal } : {});
    return (Failed ?? []).map(untaken);
  } catch (error) {
    const { code } = toStoreError(error, 'SendMessageBatch');
    const senderFault = code === 'REJECTED' || code === 'TOO_LARGE';
    return entries.map((_, index) => ({ index, senderFault, unknown: code === 'UNKNOWN' }));
  }
};

/** Cuts entries into calls of at most ten entries and so many bytes. */
export const cutBatches = <T>(entries: readonly T[], bytesOf: (entry: T) => number, maxBytes: number): T[][] => {
  const batches: T[][] = [];
  let batch: T[] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = bytesOf(entry);
    if (size > maxBytes)
      throw new StoreError('TOO_LARGE', `A queue message has ${size} bytes; at most ${maxBytes} fit.`);
    if (batch.length === 10 || bytes + size > maxBytes) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(entry);
    bytes += size;
  }
  return batch.length > 0 ? [...batches, batch] : batches;
};
