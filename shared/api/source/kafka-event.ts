import { isUtf8 } from 'node:buffer';
import * as v from 'valibot';
import type { CarriedBatch, CarriedRecord } from './carried-batch.ts';

export const kafkaEvent = v.object({
  /** Of MSK only. */
  eventSourceArn: v.optional(v.string()),
  records: v.record(
    v.string(),
    v.array(
      v.object({
        topic: v.string(),
        partition: v.number(),
        offset: v.number(),
        timestamp: v.pipe(v.number(), v.safeInteger()),
        timestampType: v.optional(v.string()),
        key: v.nullish(v.string()),
        value: v.nullish(v.string()),
      }),
    ),
  ),
});

type KafkaEvent = v.InferOutput<typeof kafkaEvent>;
type KafkaRecord = KafkaEvent['records'][string][number];

/** A key that is no text is none: cut down to text, two would be one. */
const keyOf = (key: string | null | undefined): string | undefined => {
  const bytes = Buffer.from(key ?? '', 'base64');
  return bytes.length > 0 && isUtf8(bytes) ? bytes.toString() : undefined;
};

/** A topic that is made anew counts its offsets anew: the timestamp tells its records from those of before. */
const carried = (partition: string, { offset, timestamp, timestampType, key, value }: KafkaRecord): CarriedRecord => ({
  id: `${partition}:${offset}:${timestamp}`,
  line: partition,
  bytes: Buffer.from(value ?? '', 'base64'),
  key: keyOf(key),
  // What the broker appended says when it arrived.
  timestamp: timestampType === 'CREATE_TIME' && timestamp >= 0 ? timestamp : null,
  receipt: { partition, offset },
});

/** One batch for each partition of each topic, `topic-0`. */
export const kafkaBatches = ({ eventSourceArn, records }: KafkaEvent): CarriedBatch[] =>
  Object.entries(records).flatMap(([partition, of]) => {
    const [first] = of;
    if (!first) return [];
    return {
      arn: eventSourceArn ?? null,
      topic: first.topic,
      partition,
      reports: 'first',
      records: of.map((record) => carried(partition, record)),
    };
  });
