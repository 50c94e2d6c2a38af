import assert from 'node:assert/strict';
import { SendMessageBatchCommand } from '@aws-sdk/client-sqs';
import { makeUser } from './callers.ts';
import { type Clients, makeClients } from './clients.ts';
import { type Deployment, resourcesOfType } from './deployment.ts';
import { policyOf, withActions } from './policy.ts';
import type { Target } from './target.ts';

const ACTION = 'sqs:SendMessage';
/** An action that IAM does not know: AWS takes a batch for what it holds. */
const OF_BATCHES = 'sqs:SendMessageBatch';

/**
 * MiniStack refuses a batch to a role that may send messages. Asserts that it still does, then lets every function that
 * may send messages send batches.
 */
export async function grantBatches(clients: Clients, deployment: Deployment, target: Target): Promise<string[]> {
  if (!target.enforcesIam) return [];
  const isNeeded = target.name === 'ministack';
  const isTaken = await takesBatches(clients, deployment, target);
  assert.equal(
    isTaken,
    !isNeeded,
    `${target.name} ${isTaken ? 'takes batches by now' : 'refuses batches'}: see docs/emulators.md.`,
  );
  if (!isNeeded) return [];
  const functions = resourcesOfType(deployment, 'AWS::Lambda::Function');
  for (const { id } of functions) {
    const policy = await policyOf(clients, id);
    await policy.put(withActions(policy.text, (known) => (known.includes(ACTION) ? [...known, OF_BATCHES] : known)));
  }
  return [`batches of a queue: granted to ${functions.length} functions`];
}

/** Asks as a user who may send messages; an empty batch is refused by everybody, but for another reason. */
async function takesBatches(clients: Clients, deployment: Deployment, target: Target): Promise<boolean> {
  const Statement = [{ Effect: 'Allow', Action: ACTION, Resource: '*' }];
  const user = await makeUser(clients, JSON.stringify({ Version: '2012-10-17', Statement }));
  const { sqs } = makeClients({ ...target, credentials: user.credentials });
  const QueueUrl = resourcesOfType(deployment, 'AWS::SQS::Queue')[0]?.id;
  const refusal = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] })).catch((error: Error) => error);
  await user.remove();
  return !(refusal instanceof Error && /AccessDenied/.test(refusal.name));
}
