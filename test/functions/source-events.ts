import type { KinesisStreamEvent, MSKEvent, SelfManagedKafkaEvent, SQSEvent } from 'aws-lambda';
import { sqsEvent } from './events.ts';

export const QUEUE = 'arn:aws:sqs:eu-west-1:123456789012:orders';
export const FIFO = `${QUEUE}.fifo`;
export const STREAM = 'arn:aws:kinesis:eu-west-1:123456789012:stream/clicks';
export const CLUSTER = 'arn:aws:kafka:eu-west-1:123456789012:cluster/main/6a7b8c9d-1234-4321-abcd-0123456789ab-1';

const bodyOf = (body: unknown): string => (typeof body === 'string' ? body : JSON.stringify(body));
const base64 = (body: unknown): string => Buffer.from(bodyOf(body)).toString('base64');

type Bodies = Readonly<Record<string, unknown>>;

/** What a queue brings: bodies by their message ids. */
export const fromQueue = (bodies: Bodies): SQSEvent => {
  const texts = Object.entries(bodies).map(([messageId, body]) => [messageId, bodyOf(body)] as const);
  const { Records: records } = sqsEvent(Object.fromEntries(texts));
  return { Records: records.map((record) => ({ ...record, eventSourceARN: QUEUE, awsRegion: 'eu-west-1' })) };
};

/** What a FIFO queue brings; the group of a message is what its id begins with. */
export const fromFifo = (bodies: Bodies): SQSEvent => ({
  Records: fromQueue(bodies).Records.map((record, n) => ({
    ...record,
    eventSourceARN: FIFO,
    attributes: {
      ...record.attributes,
      SequenceNumber: `1885319044512345600${n}`,
      MessageGroupId: record.messageId.replace(/\d+$/, ''),
      MessageDeduplicationId: 'the same for all',
    },
  })),
});

/** What a shard of a stream brings: bodies in order, from sequence number `from` on. */
export const fromShard = (bodies: readonly unknown[], { shard = 0, from = 1 } = {}): KinesisStreamEvent => ({
  Records: bodies.map((body, n) => {
    const sequenceNumber = `4959033827149025660855969253836157109592157598913665${String(from + n).padStart(4, '0')}`;
    return {
      kinesis: {
        kinesisSchemaVersion: '1.0',
        partitionKey: 'from-the-stream',
        sequenceNumber,
        data: base64(body),
        approximateArrivalTimestamp: 1795305600.123,
      },
      eventSource: 'aws:kinesis',
      eventVersion: '1.0',
      eventID: `shardId-00000000000${shard}:${sequenceNumber}`,
      eventName: 'aws:kinesis:record',
      invokeIdentityArn: 'arn:aws:iam::123456789012:role/source',
      awsRegion: 'eu-west-1',
      eventSourceARN: STREAM,
    };
  }),
});

/** What topics bring: bodies in order by topic and partition (`clicks-0`), offsets from 15 on. */
const topics = (bodies: Readonly<Record<string, readonly unknown[]>>): MSKEvent['records'] =>
  Object.fromEntries(
    Object.entries(bodies).map(([name, of]) => {
      const [topic, partition] = [name.slice(0, name.lastIndexOf('-')), Number(name.slice(name.lastIndexOf('-') + 1))];
      const records = of.map((body, n) => ({
        ...{ topic, partition, offset: 15 + n, timestamp: 1795305600000 + n },
        timestampType: 'CREATE_TIME' as const,
        key: base64('from-the-topic'),
        value: base64(body),
        headers: [{ trace: [97, 98] }],
      }));
      return [name, records];
    }),
  );

const BOOTSTRAP = 'b-2.main.kafka.eu-west-1.amazonaws.com:9092,b-1.main.kafka.eu-west-1.amazonaws.com:9092';

export const fromMsk = (bodies: Readonly<Record<string, readonly unknown[]>>): MSKEvent => ({
  eventSource: 'aws:kafka',
  eventSourceArn: CLUSTER,
  bootstrapServers: BOOTSTRAP,
  records: topics(bodies),
});

export const fromOwnKafka = (bodies: Readonly<Record<string, readonly unknown[]>>): SelfManagedKafkaEvent => ({
  eventSource: 'SelfManagedKafka',
  bootstrapServers: BOOTSTRAP,
  records: topics(bodies),
});
