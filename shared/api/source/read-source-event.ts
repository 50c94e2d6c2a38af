import * as v from 'valibot';
import type { SourceRecord } from '../../app/process/source-record.ts';
import type { Process } from '../../core/process/definition.ts';
import { epochMs } from '../../core/time/epoch.ts';
import { formatInstant } from '../../core/time/instant.ts';
import { LAST_MS } from '../../core/time/wall-time.ts';
import type { ApiLimits } from '../limits.ts';
import { readRecord } from '../process/read-elements.ts';
import type { CarriedBatch, CarriedRecord } from './carried-batch.ts';
import { kafkaBatches, kafkaEvent } from './kafka-event.ts';
import { kinesisBatches, kinesisEvent } from './kinesis-event.ts';
import { sqsBatches, sqsEvent } from './sqs-event.ts';

const anyEvent = v.union([
  v.pipe(sqsEvent, v.transform(sqsBatches)),
  v.pipe(kinesisEvent, v.transform(kinesisBatches)),
  v.pipe(kafkaEvent, v.transform(kafkaBatches)),
]);

/** Reads the event of an event source mapping. Throws TypeError for any other, so that nothing of it counts as done. */
export const readSourceEvent = (event: unknown): readonly CarriedBatch[] => {
  const read = v.safeParse(anyEvent, event);
  if (read.success) return read.output;
  throw new TypeError('The event is none of SQS, Kinesis or Kafka.');
};

/** Reads the element of a record, with what its source knows in place of what it leaves out. */
export const readCarried = (
  { process, input }: { readonly process: Process; readonly input: string },
  { id, line, bytes, key, timestamp }: CarriedRecord,
  limits: ApiLimits,
): SourceRecord => {
  const defaults = {
    input,
    ...(key === undefined ? {} : { key }),
    ...(timestamp === null || timestamp > LAST_MS ? {} : { timestamp: formatInstant(epochMs(timestamp)) }),
  };
  const reading = readRecord(process, bytes, { limits, defaults });
  if (!reading.ok) return { id, line, bytes, content: { ok: false, code: reading.issue.code } };
  const { element } = reading;
  return { id, line, bytes, content: { ok: true, element: { ...element, id: element.id ?? id } } };
};
