import assert from 'node:assert/strict';
import { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { GetFunctionConcurrencyCommand, PutFunctionConcurrencyCommand } from '@aws-sdk/client-lambda';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { grantBatches } from './batch-grant.ts';
import type { Clients } from './clients.ts';
import type { Deployment, Resource } from './deployment.ts';
import { resourcesOfType } from './deployment.ts';
import type { Target, TargetName } from './target.ts';

/** Something that the template asks for and some emulator does not do. */
type FixUp = {
  readonly what: string;
  /** The emulators that are known for it; elsewhere it must be right by itself. */
  readonly neededOn: readonly TargetName[];
  readonly type: string;
  readonly asksFor: (properties: Resource['properties']) => boolean;
  readonly isRight: (clients: Clients, resource: Resource) => Promise<boolean>;
  readonly fix: (clients: Clients, resource: Resource) => Promise<unknown>;
};

const FIX_UPS: readonly FixUp[] = [
  {
    what: 'TTL of a table',
    neededOn: ['ministack'],
    type: 'AWS::DynamoDB::Table',
    asksFor: ({ TimeToLiveSpecification }) => TimeToLiveSpecification?.Enabled === true,
    isRight: async ({ dynamo }, { id }) => {
      const { TimeToLiveDescription } = await dynamo.send(new DescribeTimeToLiveCommand({ TableName: id }));
      return ['ENABLED', 'ENABLING'].includes(TimeToLiveDescription?.TimeToLiveStatus ?? '');
    },
    fix: ({ dynamo }, { id, properties }) =>
      dynamo.send(
        new UpdateTimeToLiveCommand({ TableName: id, TimeToLiveSpecification: properties.TimeToLiveSpecification }),
      ),
  },
  {
    what: 'reserved concurrency of a function',
    neededOn: ['ministack'],
    type: 'AWS::Lambda::Function',
    asksFor: ({ ReservedConcurrentExecutions }) => ReservedConcurrentExecutions !== undefined,
    isRight: async ({ lambda }, { id, properties }) => {
      const { ReservedConcurrentExecutions } = await lambda.send(
        new GetFunctionConcurrencyCommand({ FunctionName: id }),
      );
      return ReservedConcurrentExecutions === properties.ReservedConcurrentExecutions;
    },
    fix: ({ lambda }, { id, properties: { ReservedConcurrentExecutions } }) =>
      lambda.send(new PutFunctionConcurrencyCommand({ FunctionName: id, ReservedConcurrentExecutions })),
  },
  {
    what: 'redrive policy of a queue',
    neededOn: [],
    type: 'AWS::SQS::Queue',
    asksFor: ({ RedrivePolicy }) => RedrivePolicy !== undefined,
    isRight: async (clients, { id }) => (await attribute(clients, id, 'RedrivePolicy')) !== undefined,
    fix: () => Promise.resolve(),
  },
];

/**
 * Asserts of each fix-up first what is expected of the target, so that an emulator that turned right is noticed as
 * well as one that turned wrong; then fixes. Gives what it did, a line each.
 */
export async function fixUp(clients: Clients, deployment: Deployment, target: Target): Promise<string[]> {
  const done = await Promise.all(FIX_UPS.map((fixUp) => applyTo(clients, deployment, { fixUp, target })));
  return [...done.flat(), ...(await grantBatches(clients, deployment, target))];
}

type Applied = { readonly fixUp: FixUp; readonly target: Target };

async function applyTo(clients: Clients, deployment: Deployment, { fixUp, target }: Applied): Promise<string[]> {
  const { what, neededOn, type, asksFor, isRight, fix } = fixUp;
  const found = resourcesOfType(deployment, type).filter(({ properties }) => asksFor(properties));
  assert.ok(found.length > 0, `No template asks for a ${what}.`);
  const isNeeded = neededOn.includes(target.name);
  for (const resource of found) {
    const isAlready = await isRight(clients, resource);
    if (isNeeded) assert.ok(!isAlready, `${target.name} sets the ${what} by now: take it out of test/e2e/fix-ups.ts.`);
    else assert.ok(isAlready, `${target.name} did not set the ${what} of ${resource.logicalId}.`);
    if (!isNeeded) continue;
    await fix(clients, resource);
    assert.ok(await isRight(clients, resource), `The ${what} of ${resource.logicalId} cannot be set.`);
  }
  return isNeeded ? [`${what}: set on ${found.length}`] : [];
}

async function attribute({ sqs }: Clients, QueueUrl: string, name: 'RedrivePolicy') {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [name] }));
  return Attributes?.[name];
}
