import { Duration, Validations } from 'aws-cdk-lib';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { QueueProps } from './queue.ts';
import { encryptedQueue } from './queue.ts';

/** Keeps what failed for as long as SQS can, for somebody to look at. */
export function deadLetterQueue(scope: Construct, id: string, stage: QueueProps['stage']): Queue {
  const queue = encryptedQueue(scope, id, { stage, retentionPeriod: Duration.days(14) });
  const reason = 'It is where dead letters end.';
  Validations.of(queue).acknowledge(
    { id: 'AwsSolutions::AwsSolutions-SQS3', reason },
    { id: 'Serverless::Serverless-SQSRedrivePolicy', reason },
  );
  return queue;
}
