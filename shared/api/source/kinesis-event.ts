import * as v from 'valibot';
import { type CarriedBatch, nameIn } from './carried-batch.ts';

export const kinesisEvent = v.object({
  Records: v.array(
    v.object({
      eventSource: v.literal('aws:kinesis'),
      eventSourceARN: v.string(),
      /** The shard, a colon, the sequence number. */
      eventID: v.string(),
      kinesis: v.object({ data: v.string(), partitionKey: v.string(), sequenceNumber: v.string() }),
    }),
  ),
});

type KinesisRecord = v.InferOutput<typeof kinesisEvent>['Records'][number];

/** With a colon, not a slash: the API takes such a name for a partition. */
const partitionOf = ({ eventSourceARN, eventID }: KinesisRecord): string =>
  `${nameIn(eventSourceARN)}:${eventID.slice(0, eventID.indexOf(':'))}`;

/** One batch for each shard. When a record arrived says nothing of when it happened. */
export const kinesisBatches = ({ Records }: v.InferOutput<typeof kinesisEvent>): CarriedBatch[] =>
  [...Map.groupBy(Records, partitionOf)].map(([partition, records]) => ({
    arn: (records[0] as KinesisRecord).eventSourceARN,
    topic: null,
    partition,
    reports: 'first',
    records: records.map(({ eventID, kinesis: { data, partitionKey, sequenceNumber } }) => ({
      id: eventID,
      line: partition,
      bytes: Buffer.from(data, 'base64'),
      key: partitionKey,
      timestamp: null,
      receipt: sequenceNumber,
    })),
  }));
