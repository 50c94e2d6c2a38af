import { Duration } from 'aws-cdk-lib';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StageSettings } from '../stage.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';
import { encryptedQueue } from './queue.ts';

export type LanesProps = {
  readonly stage: StageSettings;
  /** The timeout of the function that works on them. */
  readonly workerTimeout: Duration;
};

/** The most that SQS hands out without waiting for more to come. */
const BATCH_SIZE = 10;
/** Waiting for a fuller batch would make every message late. */
const BATCH_WINDOW_SECONDS = 0;
/** AWS's advice: with less, a hint comes back while Lambda still tries the first delivery (F11). */
const VISIBILITY_IN_TIMEOUTS = 6;
/** Lambda may refuse every call for so long without a hint ending among the dead letters (F13). */
const THROTTLE_SECONDS = 15 * 60;
/** What a hint that is really bad may cost beyond that. */
const ATTEMPTS = 3;

/** Queues of hints for one kind of worker. A hint lost here costs lateness, never a message. */
export class Lanes extends Construct {
  readonly queues: readonly Queue[];
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { stage, workerTimeout }: LanesProps) {
    super(scope, id);
    const visibilitySeconds = VISIBILITY_IN_TIMEOUTS * workerTimeout.toSeconds() + BATCH_WINDOW_SECONDS;
    const maxReceiveCount = Math.ceil(THROTTLE_SECONDS / visibilitySeconds) + ATTEMPTS;
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', stage);
    this.queues = Array.from({ length: stage.lanes }, (_, lane) =>
      encryptedQueue(this, `Lane${lane}`, {
        stage,
        visibilityTimeout: Duration.seconds(visibilitySeconds),
        // The tick names the segment again every minute; a hint of yesterday helps nobody.
        retentionPeriod: Duration.days(1),
        deadLetterQueue: { queue: this.deadLetters, maxReceiveCount },
      }),
    );
  }

  get urls(): string {
    return this.queues.map((queue) => queue.queueUrl).join(',');
  }

  grantSend(grantee: IGrantable): void {
    for (const queue of this.queues) queue.grant(grantee, 'sqs:SendMessage');
  }

  /** Lets `worker` take hints from all lanes, with a failed one not failing its whole batch. */
  feed(worker: IFunction, workersPerLane: number): void {
    for (const queue of this.queues) {
      worker.addEventSource(
        new SqsEventSource(queue, {
          batchSize: BATCH_SIZE,
          maxBatchingWindow: Duration.seconds(BATCH_WINDOW_SECONDS),
          maxConcurrency: workersPerLane,
          reportBatchItemFailures: true,
        }),
      );
    }
  }
}
