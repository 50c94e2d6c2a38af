import type { BatchSender, EntryFault, TextEntry } from '../../ports/batch-sender.ts';
import type { SendBatch, Untaken } from './send-batch.ts';

const toEntry = (fifo: boolean, { body, attributes, groupId, deduplicationId }: TextEntry) => ({
  MessageBody: body,
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  ),
  ...(fifo && { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId }),
});

const reasonOf = ({ senderFault, unknown }: Untaken): EntryFault['reason'] => {
  if (senderFault) return 'refused';
  return unknown ? 'unknown' : 'unavailable';
};

/** A {@link BatchSender} to queues of SQS: one call a batch, no repeats, because the engine retries by each message's own policy. */
export const makeSqsQueueSender = (sendBatch: SendBatch): BatchSender<TextEntry> => ({
  sendBatch: async (queueUrl, entries, timeoutMs) => {
    const fifo = queueUrl.endsWith('.fifo');
    const requested = entries.map((entry) => toEntry(fifo, entry));
    const untaken = await sendBatch(queueUrl, requested, timeoutMs);
    return untaken.map((fault) => ({ index: fault.index, reason: reasonOf(fault) }));
  },
});
