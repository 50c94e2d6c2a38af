import type { App, IStackSynthesizer } from 'aws-cdk-lib';
import { CfnOutput, CliCredentialsStackSynthesizer, Duration, Stack } from 'aws-cdk-lib';
import { deadLetterQueue } from '../../cdk/constructs/dead-letter-queue.ts';
import { encryptedQueue } from '../../cdk/constructs/queue.ts';
import type { DeployAs } from '../../cdk/meridian-app.ts';
import type { ProcessSource } from '../../cdk/process-source.ts';
import type { StageSettings } from '../../cdk/stage.ts';

/** The least that AWS takes is a minute; what a deployment interrupts is not to keep the run waiting. */
const VISIBILITY = Duration.seconds(90);
const RECEIVES = 5;

/** A queue of the user's own, in a stack of its own, that feeds the process `tally`. */
export function addFeed(app: App, stage: StageSettings, deployAs: DeployAs): ProcessSource {
  // Its type lets one property be undefined that the interface only lets be absent.
  const synthesizer = deployAs === 'caller' && (new CliCredentialsStackSynthesizer() as IStackSynthesizer);
  const stack = new Stack(app, `meridian-${stage.name}-feed`, { ...(synthesizer && { synthesizer }) });
  const queue = encryptedQueue(stack, 'Feed', {
    stage,
    retentionPeriod: Duration.days(1),
    visibilityTimeout: VISIBILITY,
    deadLetterQueue: { queue: deadLetterQueue(stack, 'FeedDeadLetters', stage), maxReceiveCount: RECEIVES },
  });
  new CfnOutput(stack, 'FeedQueue', { value: queue.queueUrl });
  return { process: 'tally', sqs: { queueArn: queue.queueArn } };
}
