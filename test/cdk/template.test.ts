import { Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { chooseStage } from '../../cdk/stage.ts';
import { accessChecks } from './access-checks.ts';
import { functionChecks } from './function-checks.ts';
import { queueChecks } from './queue-checks.ts';
import { tableChecks } from './table-checks.ts';
import type { Templates } from './templates.ts';
import { first, makeApp, synthesize } from './templates.ts';

const dev = chooseStage({ stage: 'dev' });
const prod = synthesize(chooseStage({ stage: 'prod' }));
const stages: readonly (readonly [string, Templates])[] = [
  ['prod', prod],
  ['dev', synthesize(dev)],
  ['dev, open', synthesize(chooseStage({ stage: 'dev', auth: 'none' }))],
];

describe.each([...tableChecks, ...queueChecks, ...functionChecks, ...accessChecks])('$name', ({ faults, broken }) => {
  it.each(stages)('holds (%s)', (_, templates) => {
    expect(faults(templates)).toEqual([]);
  });

  it.each(Object.entries(broken))('is missed: %s', (_, change) => {
    const changed = structuredClone(prod);
    change(changed);
    expect(faults(changed)).not.toEqual([]);
  });
});

describe('the rules that the stacks are held to', () => {
  it.each(stages)('leave nothing to object to that has no stated reason (%s)', (_, { violations }) => {
    expect(violations).toEqual([]);
  });

  it('do object', () => {
    const app = makeApp(dev);
    new Queue(new Stack(app, 'careless'), 'Bare');
    expect(() => app.synth()).toThrow('AwsSolutions-SQS4');
  });
});

describe('targets of kind sqs', () => {
  it('get hold of the queues that the stage names, and of no others', () => {
    const arn = 'arn:aws:sqs:eu-west-1:123456789012:orders';
    const { stateless } = synthesize({ ...dev, targetQueueArns: [arn] });
    const grants = first(stateless, 'AWS::IAM::Policy', 'SendRole').props.PolicyDocument.Statement;
    expect(grants).toContainEqual({ Action: 'sqs:SendMessage', Effect: 'Allow', Resource: arn });
  });
});
