import type { Duration } from 'aws-cdk-lib';
import { Validations } from 'aws-cdk-lib';
import type { DeadLetterQueue } from 'aws-cdk-lib/aws-sqs';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { StageSettings } from '../stage.ts';

export type QueueProps = {
  readonly stage: Pick<StageSettings, 'requireTls'>;
  readonly retentionPeriod: Duration;
  readonly visibilityTimeout?: Duration;
  readonly deadLetterQueue?: DeadLetterQueue;
};

const PLAIN_ON_PURPOSE = {
  id: 'AwsSolutions::AwsSolutions-SQS4',
  reason: 'The stage was told requireTls=false for an emulator without TLS, which no stage that keeps its data takes.',
};

/** A queue that encrypts what it holds and, unless the stage says otherwise, takes nothing without TLS. */
export function encryptedQueue(scope: Construct, id: string, { stage, ...props }: QueueProps): Queue {
  const queue = new Queue(scope, id, {
    ...props,
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: stage.requireTls,
  });
  if (!stage.requireTls) Validations.of(queue).acknowledge(PLAIN_ON_PURPOSE);
  return queue;
}
