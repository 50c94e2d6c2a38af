import { randomUUID } from 'node:crypto';
import {
  DeleteRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import type { World } from './world.ts';

const TARGET = 'queue';
const MOST_AT_ONCE = 10;

/** An event as a rule hands it on, and its text. */
export type OutcomeEvent = {
  readonly 'detail-type': string;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly text: string;
};

/** A queue of its own that gets every event of the deployment's bus of outcomes, until it is removed. */
export async function subscribe({ clients: { events, sqs }, deployment }: World) {
  const EventBusName = deployment.outputs.OutcomeBus;
  const Name = `meridian-e2e-${randomUUID()}`;
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: Name }));
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }));
  const Arn = Attributes?.QueueArn ?? '';
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: policyFor(Arn) } }));
  await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern: '{"source":["meridian"]}' }));
  await events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: TARGET, Arn }] }));
  return {
    /** Those that came since the last look. */
    async take(): Promise<readonly OutcomeEvent[]> {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: MOST_AT_ONCE, VisibilityTimeout: 600 }),
      );
      return Messages.map(({ Body: text = '' }) => ({ ...JSON.parse(text), text }));
    },
    async remove(): Promise<void> {
      await events.send(new RemoveTargetsCommand({ Rule: Name, EventBusName, Ids: [TARGET] }));
      await events.send(new DeleteRuleCommand({ Name, EventBusName }));
      await sqs.send(new DeleteQueueCommand({ QueueUrl }));
    },
  };
}

function policyFor(Resource: string): string {
  const Principal = { Service: 'events.amazonaws.com' };
  const Statement = [{ Effect: 'Allow', Principal, Action: 'sqs:SendMessage', Resource }];
  return JSON.stringify({ Version: '2012-10-17', Statement });
}
