import { Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, it } from 'vitest';
import type { StageSettings } from '../../cdk/stage.ts';
import { chooseStage } from '../../cdk/stage.ts';
import { accessChecks, grantCheck, withoutEach } from './access-checks.ts';
import { doorChecks } from './door-checks.ts';
import { functionChecks } from './function-checks.ts';
import { queueChecks } from './queue-checks.ts';
import { SOURCES } from './source-checks.ts';
import { tableChecks } from './table-checks.ts';
import type { Json, Templates } from './templates.ts';
import { first, makeApp, synthesize } from './templates.ts';
import { tickChecks } from './tick-checks.ts';
import { watchChecks } from './watch-checks.ts';

const HASH = 'a'.repeat(64);
const BARE = { secondTrigger: false, pointInTimeRecovery: false, dashboard: false };
const RICH: Partial<StageSettings> = {
  auth: { jwt: { issuer: 'https://issuer.example.com', audiences: ['meridian', 'other'] } },
  customerKey: true,
  alarmTopicArn: 'arn:aws:sns:eu-west-1:123456789012:alarms',
  runbook: 'https://wiki.example.com/meridian',
  warmThroughput: { readUnits: 24_000, writeUnits: 12_000 },
};

const dev = chooseStage({ stage: 'dev' });
const devTemplates = synthesize(dev);
const prod = chooseStage({ stage: 'prod' });
/** With everything that a stage can have but another way in. */
const full = synthesize({ ...prod, processes: 'examples/processes.ts', sources: SOURCES.slice(0, 2) });
const withKeys = synthesize({ ...dev, ...BARE, auth: { apiKeys: { team: HASH, other: HASH } } });
const stages: readonly (readonly [string, Templates])[] = [
  ['prod', synthesize(prod)],
  ['prod, with process functions and sources', full],
  ['dev', devTemplates],
  ['dev, open and plain', synthesize(chooseStage({ stage: 'dev', auth: 'none', requireTls: 'false' }))],
  ['dev, bare, with API keys', withKeys],
  ['prod, with tokens, a key and warm tables', synthesize({ ...prod, ...RICH })],
];

const checks = [
  ...tableChecks,
  ...queueChecks,
  ...functionChecks,
  ...tickChecks,
  ...accessChecks,
  ...doorChecks,
  ...watchChecks,
];

describe.each(checks)('$name', ({ faults, broken }) => {
  it.each(stages)('holds (%s)', (_, templates) => {
    expect(faults(templates)).toEqual([]);
  });

  it.each(Object.entries(broken))('is missed: %s', (_, change) => {
    const changed = structuredClone(full);
    change(changed);
    expect(faults(changed)).not.toEqual([]);
  });
});

describe('P20 each statement of each role', () => {
  const roles = [...withoutEach(full), ...withoutEach(withKeys).filter(([name]) => name.startsWith('FrontDoor'))];
  // What that function may do to its sources is asked of all kinds of them, in sources.test.ts.
  const changes = roles.filter(([name]) => !name.startsWith('ProcessesSource'));

  it('is looked at', () => {
    const names = new Set(changes.map(([name]) => name.replace(/RoleDefaultPolicy.*/, '')));
    expect([...names].sort()).toEqual([
      'FrontDoorAuthorize',
      'Ingest',
      'MinuteTickSchedule',
      'ProcessesElements',
      'ProcessesProcess',
      'Send',
      'Tick',
    ]);
  });

  it.each(changes)('is missed: %s', (name, change) => {
    const changed = structuredClone(name.startsWith('FrontDoor') ? withKeys : full);
    change(changed);
    expect(grantCheck.faults(changed)).not.toEqual([]);
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

describe('targets', () => {
  it('P20 of AWS are reached where the stage names them, each by the one action that it takes', () => {
    const arn = (rest: string) => `arn:aws:${rest}`;
    const targets = {
      queues: [arn('sqs:eu-west-1:123456789012:orders')],
      topics: [arn('sns:eu-west-1:123456789012:alerts')],
      eventBuses: [arn('events:eu-west-1:123456789012:event-bus/main')],
      functions: [arn('lambda:eu-west-1:123456789012:function:greet')],
    };
    const grantsOf = ({ stateless }: Templates): string[] =>
      first(stateless, 'AWS::IAM::Policy', 'SendRole').props.PolicyDocument.Statement.flatMap(
        ({ Action, Resource }: Json) => [Resource].flat().map((resource) => `${Action} ${JSON.stringify(resource)}`),
      );
    const before = grantsOf(devTemplates);
    const more = grantsOf(synthesize({ ...dev, targets })).filter((grant) => !before.includes(grant));
    expect(more.sort()).toEqual([
      `events:PutEvents "${targets.eventBuses[0]}"`,
      `lambda:InvokeFunction "${targets.functions[0]}"`,
      `sns:Publish "${targets.topics[0]}"`,
      `sqs:SendMessage "${targets.queues[0]}"`,
    ]);
  });
});
