import { App, Duration, Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import { checkStage } from '../../cdk/check-stage.ts';
import { Meridian } from '../../cdk/meridian.ts';
import type { ProcessSource } from '../../cdk/process-source.ts';
import { chooseStage } from '../../cdk/stage.ts';
import { grantCheck, withoutEach } from './access-checks.ts';
import { QUEUE, SOURCES, STREAM, sourceChecks, sourceGrantCheck } from './source-checks.ts';
import { all, synthesize } from './templates.ts';

const stage = { ...chooseStage({ processes: 'examples/processes.ts' }), sources: SOURCES };
const templates = synthesize(stage);

describe.each(sourceChecks)('sources: $name', ({ faults, broken }) => {
  it('holds', () => {
    expect(faults(templates)).toEqual([]);
  });

  it.each(Object.entries(broken))('is missed: %s', (_, change) => {
    const changed = structuredClone(templates);
    change(changed);
    expect(faults(changed)).not.toEqual([]);
  });
});

describe('P20 the role of the function of sources', () => {
  const changes = withoutEach(templates).filter(([name]) => name.startsWith('ProcessesSource'));

  it('has a statement for each thing that it may do', () => {
    expect(changes.length).toBeGreaterThan(10);
  });

  it.each(changes)('is missed without %s', (_, change) => {
    const changed = structuredClone(templates);
    change(changed);
    expect([grantCheck, sourceGrantCheck].flatMap(({ faults }) => faults(changed))).not.toEqual([]);
  });
});

describe('a stage with sources', () => {
  it('has one function for all of them, and nothing to object to', () => {
    const functions = all(templates.stateless, 'AWS::Lambda::Function').map(({ id }) => id.replace(/[0-9A-F]{8}$/, ''));
    expect(functions.filter((id) => id.startsWith('Processes'))).toEqual([
      'ProcessesProcess',
      'ProcessesElements',
      'ProcessesSource',
    ]);
    expect(templates.violations).toEqual([]);
  });

  it('takes the ARN of a queue that is deployed with it', () => {
    const stack = new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), 'shop');
    const { queueArn } = new Queue(stack, 'Beats', { visibilityTimeout: Duration.minutes(6) });
    const sources = [{ process: 'heartbeat', sqs: { queueArn } }];
    new Meridian(stack, 'Meridian', { processes: 'examples/processes.ts', sources });
    const { template } = (stack.node.root as App).synth().getStackByName('shop');
    expect(JSON.stringify(template)).toContain('\\"process\\":\\"heartbeat\\"');
  });

  const kafka = { bootstrapServers: ['b-1.example.com:9094'], secretArn: 's', topics: ['sums'] };
  it.each<[string, readonly ProcessSource[]]>([
    [
      'number 1, that has a batch size of 11; it takes 1 to 10',
      [{ process: 'a', sqs: { queueArn: QUEUE, batchSize: 11 } }],
    ],
    ['has a batch size of 101; it takes 1 to 100', [{ process: 'a', kinesis: { streamArn: STREAM, batchSize: 101 } }]],
    ['has a batch size of 0.5; it', [{ process: 'a', kafka: { ...kafka, batchSize: 0.5 } }]],
    [
      `number 2, that is "${STREAM}", which is no ARN of sqs`,
      [...SOURCES.slice(0, 1), { process: 'a', sqs: { queueArn: STREAM } }],
    ],
    ['is "clicks", which is no ARN of kinesis', [{ process: 'a', kinesis: { streamArn: 'clicks' } }]],
    ['is "main", which is no ARN of kafka', [{ process: 'a', kafka: { clusterArn: 'main', topics: ['sums'] } }]],
    ['has no topic', [{ process: 'a', kafka: { ...kafka, topics: [] } }]],
    ['has the topic "a b"; a name has', [{ process: 'a', kafka: { ...kafka, topics: ['a b'] } }]],
    ['has no bootstrap server', [{ process: 'a', kafka: { ...kafka, bootstrapServers: [] } }]],
    ['has 0 pollers; it takes 1 to 200', [{ process: 'a', kafka: { ...kafka, pollers: 0 } }]],
    [
      'has the source sums twice, and one process takes',
      [
        { process: 'a', kafka },
        { process: 'b', kafka },
      ],
    ],
    [`has the source ${QUEUE} twice, and`, [...SOURCES, { process: 'b', sqs: { queueArn: QUEUE } }]],
    [
      'characters; 3000 fit',
      [{ process: 'a', kafka: { ...kafka, topics: Array.from({ length: 60 }, (_, n) => `topic-${n}`) } }],
    ],
  ])('is refused in one sentence: %s', (fault, sources) => {
    expect(() => checkStage({ ...stage, sources })).toThrow(fault);
  });

  it('is refused without processes', () => {
    expect(() => checkStage({ ...chooseStage({}), sources: SOURCES })).toThrow(
      'Stage "dev" has sources, and no processes that they feed.',
    );
  });
});
