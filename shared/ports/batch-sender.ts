/** The most messages that one call takes; how many bytes it takes differs by the service. */
export const MAX_BATCH_ENTRIES = 10;

/** A message for a user's queue or topic; a FIFO one also needs the group and the id by which it drops duplicates. */
export type TextEntry = {
  readonly body: string;
  /** At most 10, all of type String. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly groupId: string;
  readonly deduplicationId: string;
};

/** A message for a user's event bus; `detail` is the JSON of an object. */
export type EventEntry = { readonly source: string; readonly detailType: string; readonly detail: string };

/**
 * An entry that the service did not take: `refused` for good, `unavailable` for now; `unknown` where it may have taken it.
 */
export type EntryFault = { readonly index: number; readonly reason: 'refused' | 'unavailable' | 'unknown' };

/** Hands messages to a service that takes several at once. Adapters: memory, SQS, SNS, EventBridge. */
export interface BatchSender<Entry> {
  /**
   * One call for 1 to {@link MAX_BATCH_ENTRIES} entries to the queue URL, topic ARN or event bus `address`, within
   * `timeoutMs`; returns what was not taken. A rejection is `unknown` for all.
   */
  sendBatch(address: string, entries: readonly Entry[], timeoutMs: number): Promise<readonly EntryFault[]>;
}
