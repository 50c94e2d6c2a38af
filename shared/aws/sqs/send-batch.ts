import type { BatchResultErrorEntry, SendMessageBatchRequestEntry } from '@aws-sdk/client-sqs';
import { SendMessageBatchCommand, SQSClient } from '@aws-sdk/client-sqs';
import { StoreError } from '../../ports/store-error.ts';
import { type ClientOptions, clientConfig } from '../client-config.ts';
import { toStoreError } from '../service-error.ts';

/** An entry of a call, but for its id. */
export type BatchEntry = Omit<SendMessageBatchRequestEntry, 'Id'>;

/** An entry that a call did not take, and whether it may have been taken all the same. */
export type Untaken = { readonly index: number; readonly senderFault: boolean; readonly unknown: boolean };

/**
 * One SendMessageBatch call. Entries are named by their position; gives what was not taken, which is all of them where
 * the call itself failed.
 */
export type SendBatch = (
  queueUrl: string,
  entries: readonly BatchEntry[],
  timeoutMs?: number,
) => Promise<readonly Untaken[]>;

const TIMEOUT_MS = 3_000;

/** Every call has a time of its own, which is shorter: no attempt takes longer than 30 s. */
const LONGEST_MS = 31_000;

const untaken = ({ Id, SenderFault = false }: BatchResultErrorEntry): Untaken => ({
  index: Number(Id),
  senderFault: SenderFault,
  unknown: false,
});

/** Makes the calls, which share one client. */
export const makeSendBatch = ({ requestTimeoutMs = TIMEOUT_MS, ...options }: ClientOptions): SendBatch => {
  const client = new SQSClient({
    ...clientConfig({ ...options, requestTimeoutMs: LONGEST_MS }),
    // TLS guards the bytes; a hash of every body on both ends guards nothing more.
    md5: false,
    // A queue's URL is a caller's text: it is not to decide which host gets signed requests.
    useQueueUrlAsEndpoint: false,
  });
  return async (queueUrl, entries, timeoutMs = requestTimeoutMs) => {
    const Entries = entries.map((entry, index) => ({ ...entry, Id: String(index) }));
    const command = new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries });
    try {
      const { Failed = [] } = await client.send(command, { abortSignal: AbortSignal.timeout(timeoutMs) });
      return Failed.map(untaken);
    } catch (error) {
      const { code } = toStoreError(error, 'SendMessageBatch');
      const senderFault = code === 'REJECTED' || code === 'TOO_LARGE';
      return entries.map((_, index) => ({ index, senderFault, unknown: code === 'UNKNOWN' }));
    }
  };
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
