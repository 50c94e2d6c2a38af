import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { hiddenFor } from '../queues.ts';
import { waitFor } from '../waiting.ts';
import type { Scenario, World } from '../world.ts';

/** The template's visibility timeout is for a sender that works for a minute; with it this would take half an hour. */
const VISIBILITY_SECONDS = 15;
const PATIENCE_MS = 200_000;

export const poison: Scenario = {
  name: 'F16 a pointer that nobody can read ends in the dead-letter queue',
  run: async (world) => {
    const { sqs } = world.clients;
    await world.redeployment.over;
    const QueueUrl = laneOf(world);
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] }),
    );
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(Attributes?.RedrivePolicy ?? '{}');
    const body = `no pointer ${randomUUID()}`;
    const [letter] = await hiddenFor(world.clients, { url: QueueUrl, seconds: VISIBILITY_SECONDS }, async () => {
      await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body }));
      return await waitFor('the poison among the dead letters', PATIENCE_MS, () =>
        deadLetters(world, deadLetterTargetArn),
      );
    });
    assert.equal(letter?.Body, body);
    return `dead after ${maxReceiveCount} receives`;
  },
};

const laneOf = ({ deployment }: World): string => deployment.outputs.SendQueueUrls?.split(',')[0] ?? '';

async function deadLetters({ clients: { sqs }, deployment }: World, arn: string) {
  const name = arn.split(':').at(-1) ?? '';
  const queue = deployment.resources.find(({ id }) => id.endsWith(`/${name}`));
  assert.ok(queue, `no stack made ${arn}`);
  const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: queue.id, VisibilityTimeout: 1 }));
  return Messages;
}
