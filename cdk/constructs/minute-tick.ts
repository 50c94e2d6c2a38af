import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { deadLetterQueue } from './dead-letter-queue.ts';

/** A tick that cannot start within its minute is left to the next one, which does its work (F04). */
const MAX_AGE = Duration.minutes(1);

/** Calls the tick every minute; what did not run is kept as a dead letter, to be seen and not to be run again. */
export class MinuteTick extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, tick: IFunction) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters');
    tick.configureAsyncInvoke({
      maxEventAge: MAX_AGE,
      retryAttempts: 0,
      onFailure: new SqsDestination(this.deadLetters),
    });
    new Rule(this, 'EveryMinute', {
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [
        new LambdaFunction(tick, { maxEventAge: MAX_AGE, retryAttempts: 2, deadLetterQueue: this.deadLetters }),
      ],
    });
  }
}
