/** The most that one call takes: ten entries, and so many bytes of bodies and attributes together. */
export const MAX_QUEUE_BATCH_ENTRIES = 10;
export const MAX_QUEUE_BATCH_BYTES = 1_048_576;

/** A message for a user's queue; a FIFO queue also needs the group and the id by which it drops duplicates. */
export type QueueEntry = {
  readonly body: string;
  /** At most 10, all of type String. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly groupId: string;
  readonly deduplicationId: string;
};

/**
 * An entry that the queue did not take: `refused` for good, `unavailable` for now; `unknown` where it may have taken it.
 */
export type QueueFault = { readonly index: number; readonly reason: 'refused' | 'unavailable' | 'unknown' };

/** Puts messages into queues of users. Adapters: memory, SQS. */
export interface QueueSender {
  /** One call within the limits above and within `timeoutMs`; returns what was not taken. A rejection is `unknown` for all. */
  sendBatch(queueUrl: string, entries: readonly QueueEntry[], timeoutMs: number): Promise<readonly QueueFault[]>;
}
