import { App, Stack } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { describe, expect, it } from 'vitest';
import type { MeridianProps } from '../../cdk/meridian.ts';
import { Meridian } from '../../cdk/meridian.ts';
import { ENV, METRICS } from '../../shared/config.ts';
import type { Json, Template } from './templates.ts';
import { all, first } from './templates.ts';

function makeStack(name: string): Stack {
  return new Stack(new App({ context: { 'aws:cdk:bundling-stacks': [] } }), name);
}

const templateOf = (stack: Stack): Template =>
  (stack.node.root as App).synth().getStackByName(stack.stackName).template as Template;

const stack = makeStack('shop');
const meridian = new Meridian(stack, 'Meridian');
const roleFor = (id: string): Role =>
  new Role(stack, id, { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') });
meridian.grantIngest(roleFor('Writer'));
meridian.grantRead(roleFor('Reader'));
meridian.grantOperate(roleFor('Operator'));
const template = templateOf(stack);

const withProcesses = makeStack('streams');
new Meridian(withProcesses, 'Meridian', { processes: 'examples/processes.ts' }).grantIngest(
  new Role(withProcesses, 'Feeder', { assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com') }),
);

/** The calls that a role may make, as `METHOD/path`. */
const callsOf = (role: string, of = template): string[] => {
  const [{ Action, Resource }, ...more] = first(of, 'AWS::IAM::Policy', role).props.PolicyDocument.Statement;
  expect([Action, more]).toEqual(['execute-api:Invoke', []]);
  return Resource.map((resource: Json) => resource['Fn::Join'][1].at(-1).replace('/$default/', ''));
};

describe('the construct', () => {
  it('needs nothing but a scope, and keeps the data', () => {
    const tables = all(template, 'AWS::DynamoDB::Table');
    expect(tables).toHaveLength(3);
    for (const { resource, props } of tables) {
      expect([resource.DeletionPolicy, props.DeletionProtectionEnabled]).toEqual(['Retain', true]);
    }
    expect(all(template, 'AWS::ApiGatewayV2::Route').every(({ props }) => props.AuthorizationType === 'AWS_IAM')).toBe(
      true,
    );
  });

  it('has a name of its own in the metrics', () => {
    const other = new Meridian(stack.node.root.node.children[0] as Stack, 'Second');
    expect(other.stage.name).not.toBe(meridian.stage.name);
    const variables = first(template, 'AWS::Lambda::Function', 'MeridianSend').props.Environment.Variables;
    expect(variables[ENV.stage]).toBe(meridian.stage.name);
    expect(meridian.stage.name).toMatch(/^[a-z][a-z0-9-]{0,31}$/);
    expect(meridian.metricLateness()).toMatchObject({
      namespace: METRICS.namespace,
      metricName: METRICS.lateness,
      dimensions: { stage: meridian.stage.name },
      statistic: 'p99',
    });
    expect(meridian.metricOldestDueAge()).toMatchObject({ metricName: 'oldestDueAgeMs', statistic: 'Maximum' });
    expect(meridian.metricSettledLag()).toMatchObject({ metricName: 'settledLagMs', statistic: 'Maximum' });
    expect(meridian.metricDead()).toMatchObject({ metricName: 'dead', statistic: 'Sum' });
  });

  it('P20 grants the calls that a role needs, and no others', () => {
    expect(callsOf('Writer')).toEqual([
      'POST/v1/messages',
      'GET/v1/messages/*',
      'PUT/v1/messages/*',
      'DELETE/v1/messages/*',
    ]);
    expect(callsOf('Feeder', templateOf(withProcesses))).toEqual([...callsOf('Writer'), 'POST/v1/processes/*']);
    expect(callsOf('Reader')).toEqual(['GET/*', 'HEAD/*']);
    expect(callsOf('Operator')).toEqual(['GET/*', 'HEAD/*', 'PUT/*', 'POST/*', 'DELETE/*']);
  });

  it.each<[string, MeridianProps]>([
    ['shards of stage', { shards: 0 }],
    ['its API does not take auth none', { auth: 'none' }],
  ])('refuses settings that cannot be deployed: %s', (fault, props) => {
    expect(() => new Meridian(makeStack('wrong'), 'Meridian', props)).toThrow(fault);
  });

  it('grants no calls where AWS credentials are not asked for', () => {
    const open = new Meridian(makeStack('open'), 'Meridian', { keepData: false, auth: 'none' });
    expect(() => open.grantRead(roleFor('Nobody'))).toThrow('Only an API with auth iam');
  });
});
