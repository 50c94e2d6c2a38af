import { PublishBatchCommand, type PublishBatchRequestEntry, SNSClient } from '@aws-sdk/client-sns';
import type { BatchSender, EntryFault, TextEntry } from '../../ports/batch-sender.ts';
import { callFault } from '../call-fault.ts';
import { type ClientOptions, clientConfig, LONGEST_ATTEMPT_MS } from '../client-config.ts';

/** The entries together are beyond what the topic's owner allows for one message, and for one call with it. */
const TOO_LONG_TOGETHER = 'BatchRequestTooLongException';

const toRequestEntry = (
  fifo: boolean,
  { body, attributes, groupId, deduplicationId }: TextEntry,
  index: number,
): PublishBatchRequestEntry => ({
  Id: String(index),
  Message: body,
  MessageAttributes: Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, { DataType: 'String', StringValue: value }]),
  ),
  ...(fifo && { MessageGroupId: groupId, MessageDeduplicationId: deduplicationId }),
});

/** A {@link BatchSender} to topics of SNS: no repeats, because the engine retries by each message's own policy. */
export const makeSnsTopicSender = (options: ClientOptions): BatchSender<TextEntry> => {
  const client = new SNSClient(clientConfig({ requestTimeoutMs: LONGEST_ATTEMPT_MS, ...options }));

  const publish = async (
    TopicArn: string,
    entries: readonly PublishBatchRequestEntry[],
    abortSignal: AbortSignal,
  ): Promise<readonly EntryFault[]> => {
    const command = new PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [...entries] });
    try {
      const { Successful = [], Failed = [] } = await client.send(command, { abortSignal });
      const taken = new Set(Successful.map(({ Id }) => Id));
      const failed = new Map(
        Failed.map(({ Id, SenderFault }) => [Id, SenderFault ? 'refused' : 'unavailable'] as const),
      );
      return entries
        .filter(({ Id }) => !taken.has(Id))
        .map(({ Id }) => ({ index: Number(Id), reason: failed.get(Id) ?? 'unknown' }));
    } catch (error) {
      if ((error as Error).name === TOO_LONG_TOGETHER && entries.length > 1) {
        return (await Promise.all(entries.map((entry) => publish(TopicArn, [entry], abortSignal)))).flat();
      }
      const reason = callFault(error, 'PublishBatch');
      return entries.map(({ Id }) => ({ index: Number(Id), reason }));
    }
  };

  return {
    sendBatch: (topicArn, entries, timeoutMs) => {
      const fifo = topicArn.endsWith('.fifo');
      const requested = entries.map((entry, index) => toRequestEntry(fifo, entry, index));
      return publish(topicArn, requested, AbortSignal.timeout(timeoutMs));
    },
  };
};
