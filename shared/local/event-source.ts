import { setTimeout as sleep } from 'node:timers/promises';
import type { SQSBatchResponse, SQSEvent, SQSMessageAttributes, SQSRecord } from 'aws-lambda';
import type { PointerFunction } from '../../functions/pointer-batch.ts';
import { callSqs } from './call-engine.ts';
import { makeLambdaContext } from './lambda-context.ts';
import type { LaneQueue } from './set-up-engines.ts';

/** Feeds a function from a queue, as Lambda's event source mapping does. */
export type EventSource = {
  /** Takes no more messages and waits for the invocations under way. */
  stop(): Promise<void>;
};

export type EventSourceOptions = {
  readonly endpoint: string;
  readonly queue: LaneQueue;
  /** Of the function. */
  readonly name: 'send' | 'process';
  readonly serve: PointerFunction;
  /** Told what failed; the source itself goes on. */
  readonly onError: (error: unknown) => void;
};

const BATCH_SIZE = 10;
const WAIT_SECONDS = 20;
/**
 * So many batches are worked on at once. An invocation lasts as long as the longest of its units, up to most of a
 * minute, so there are more of them than Lambda would need; one that only holds costs next to nothing here.
 */
const MAX_INVOCATIONS = 200;
/** The timeout of the function in the deployment. */
const TIMEOUT_MS = 60_000;
const PAUSE_AFTER_ERROR_MS = 1_000;

type Received = {
  readonly MessageId: string;
  readonly ReceiptHandle: string;
  readonly Body: string;
  readonly MD5OfBody: string;
  readonly Attributes?: Record<string, string>;
  readonly MessageAttributes?: Record<string, { DataType: string; StringValue?: string; BinaryValue?: string }>;
};

export function startEventSource(options: EventSourceOptions): EventSource {
  const stopping = new AbortController();
  const invocations = new Set<Promise<void>>();

  const start = (event: SQSEvent): void => {
    const invocation = invoke(options, event)
      .catch(options.onError)
      .finally(() => invocations.delete(invocation));
    invocations.add(invocation);
  };

  const poll = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      if (invocations.size >= MAX_INVOCATIONS) await Promise.race(invocations);
      try {
        const messages = await receive(options, stopping.signal);
        if (messages.length > 0) start({ Records: messages.map((message) => toRecord(message, options.queue.arn)) });
      } catch (error) {
        if (stopping.signal.aborted) return;
        options.onError(error);
        await sleep(PAUSE_AFTER_ERROR_MS);
      }
    }
  };

  const polling = poll();
  return {
    stop: async () => {
      stopping.abort();
      await polling;
      await Promise.all(invocations);
    },
  };
}

async function receive({ endpoint, queue }: EventSourceOptions, signal: AbortSignal): Promise<readonly Received[]> {
  const body = {
    QueueUrl: queue.url,
    MaxNumberOfMessages: BATCH_SIZE,
    WaitTimeSeconds: WAIT_SECONDS,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  };
  const answer = await callSqs<{ Messages?: Received[] }>(endpoint, 'ReceiveMessage', { body, signal });
  return answer.Messages ?? [];
}

/** One invocation: what it does not report as failed is deleted, the rest shows again by itself. */
async function invoke({ endpoint, queue, name, serve }: EventSourceOptions, event: SQSEvent): Promise<void> {
  const response = await serve(event, makeLambdaContext(name, TIMEOUT_MS));
  const served = servedOf(event, response);
  if (served.length === 0) return;
  const Entries = served.map(({ messageId, receiptHandle }) => ({ Id: messageId, ReceiptHandle: receiptHandle }));
  await callSqs(endpoint, 'DeleteMessageBatch', { body: { QueueUrl: queue.url, Entries } });
}

/** As Lambda reads the answer: a name that is not in the batch fails all of it. */
export function servedOf(
  { Records: records }: SQSEvent,
  { batchItemFailures }: SQSBatchResponse,
): readonly SQSRecord[] {
  const served = new Map(records.map((record) => [record.messageId, record]));
  const areKnown = batchItemFailures.map(({ itemIdentifier }) => served.delete(itemIdentifier)).every(Boolean);
  return areKnown ? [...served.values()] : [];
}

function toRecord(message: Received, eventSourceARN: string): SQSRecord {
  const { Attributes = {}, MessageAttributes = {} } = message;
  return {
    messageId: message.MessageId,
    receiptHandle: message.ReceiptHandle,
    body: message.Body,
    attributes: {
      ApproximateReceiveCount: Attributes.ApproximateReceiveCount ?? '1',
      SentTimestamp: Attributes.SentTimestamp ?? '',
      SenderId: Attributes.SenderId ?? '',
      ApproximateFirstReceiveTimestamp: Attributes.ApproximateFirstReceiveTimestamp ?? '',
    },
    messageAttributes: toAttributes(MessageAttributes),
    md5OfBody: message.MD5OfBody,
    eventSource: 'aws:sqs',
    eventSourceARN,
    awsRegion: 'us-east-1',
  };
}

const toAttributes = (given: NonNullable<Received['MessageAttributes']>): SQSMessageAttributes =>
  Object.fromEntries(
    Object.entries(given).map(([name, { DataType, StringValue, BinaryValue }]) => [
      name,
      {
        dataType: DataType as 'String' | 'Number' | 'Binary',
        ...(StringValue !== undefined && { stringValue: StringValue }),
        ...(BinaryValue !== undefined && { binaryValue: BinaryValue }),
        stringListValues: [],
        binaryListValues: [],
      },
    ]),
  );
