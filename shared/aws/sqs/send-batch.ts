import { StoreError } from '../../ports/store-error.ts';
import type { ClientOptions } from '../client-config.ts';
import { jsonError, makeServiceCall } from '../service-call.ts';
import { toStoreError } from '../service-error.ts';

/** An entry of a call, but for its id. */
export type BatchEntry = {
  readonly MessageBody: string;
  readonly DelaySeconds?: number | undefined;
  readonly MessageAttributes?: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
  readonly MessageGroupId?: string | undefined;
  readonly MessageDeduplicationId?: string | undefined;
};

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

type Answer = { readonly Failed?: readonly { readonly Id: string; readonly SenderFault?: boolean }[] };

const TIMEOUT_MS = 3_000;

const HEADERS = { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.SendMessageBatch' };

/**
 * Makes the calls. A queue's URL is a caller's text: it goes into the body, and does not decide which host gets signed
 * requests.
 */
export const makeSendBatch = (options: ClientOptions): SendBatch => {
  const call = makeServiceCall('sqs', options);
  const { requestTimeoutMs = TIMEOUT_MS } = options;
  return async (queueUrl, entries, timeoutMs = requestTimeoutMs) => {
    const numbered = entries.map((entry, index) => ({ ...entry, Id: String(index) }));
    const body = JSON.stringify({ QueueUrl: queueUrl, Entries: numbered });
    try {
      const answer = await call({ path: '/', headers: HEADERS, body }, timeoutMs);
      if (answer.status !== 200) throw jsonError(answer);
      const { Failed = [] } = JSON.parse(answer.body.toString('utf8')) as Answer;
      return Failed.map(({ Id, SenderFault = false }) => ({
        index: Number(Id),
        senderFault: SenderFault,
        unknown: false,
      }));
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
