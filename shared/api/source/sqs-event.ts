import * as v from 'valibot';
import { type CarriedBatch, nameIn } from './carried-batch.ts';

export const sqsEvent = v.object({
  Records: v.array(
    v.object({
      eventSource: v.literal('aws:sqs'),
      eventSourceARN: v.string(),
      messageId: v.string(),
      body: v.string(),
      attributes: v.object({ MessageGroupId: v.optional(v.string()) }),
    }),
  ),
});

/**
 * One batch for each queue. The id is that of the message: the deduplication id of a FIFO queue may stand for another
 * message after five minutes, and does where the queue makes it from the content. A standard queue may have groups too, for
 * fairness, and keeps no order in them.
 */
export const sqsBatches = ({ Records }: v.InferOutput<typeof sqsEvent>): CarriedBatch[] =>
  [...Map.groupBy(Records, ({ eventSourceARN }) => eventSourceARN)].map(([arn, records]) => ({
    arn,
    topic: null,
    partition: nameIn(arn),
    reports: 'each',
    records: records.map(({ messageId, body, attributes: { MessageGroupId: group } }) => ({
      id: messageId,
      line: arn.endsWith('.fifo') ? (group ?? '') : null,
      bytes: Buffer.from(body),
      key: group,
      timestamp: null,
      receipt: messageId,
    })),
  }));
