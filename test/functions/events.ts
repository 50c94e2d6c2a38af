import type { ScheduledEvent, SQSEvent } from 'aws-lambda';

/** A batch as Lambda hands it to a function that is fed from a queue. */
export const sqsEvent = (bodies: Readonly<Record<string, string>>): SQSEvent => ({
  Records: Object.entries(bodies).map(([messageId, body]) => ({
    messageId,
    receiptHandle: `receipt-${messageId}`,
    body,
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: '1795305600000',
      SenderId: 'AROAEXAMPLE',
      ApproximateFirstReceiveTimestamp: '1795305600001',
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:meridian-send',
    awsRegion: 'us-east-1',
  })),
});

/** What EventBridge sends when a rule with a rate fires. */
export const scheduledEvent = (time: string): ScheduledEvent => ({
  version: '0',
  id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa',
  'detail-type': 'Scheduled Event',
  source: 'aws.events',
  account: '000000000000',
  time,
  region: 'us-east-1',
  resources: ['arn:aws:events:us-east-1:000000000000:rule/every-minute'],
  detail: {},
});

/** A context with so much time left, whenever it is asked. */
export const contextWith = (remainingMs: number) => ({ getRemainingTimeInMillis: () => remainingMs });
