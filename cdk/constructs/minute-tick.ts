import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Rule, Schedule as RuleSchedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { SqsDestination } from 'aws-cdk-lib/aws-lambda-destinations';
import { Schedule, ScheduleExpression, ScheduleGroup } from 'aws-cdk-lib/aws-scheduler';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { StageSettings } from '../stage.ts';
import { deadLetterQueue } from './dead-letter-queue.ts';

const MINUTE = Duration.minutes(1);
/** A tick that cannot start within its minute is left to the next one, which does its work (F04). */
const MAX_AGE = MINUTE;
const RETRIES = 2;

/** Calls the tick every minute; what did not run is kept as a dead letter, to be seen and not to be run again. */
export class MinuteTick extends Construct {
  readonly deadLetters: Queue;

  constructor(scope: Construct, id: string, { tick, stage }: { tick: IFunction; stage: StageSettings }) {
    super(scope, id);
    this.deadLetters = deadLetterQueue(this, 'DeadLetters', stage);
    tick.configureAsyncInvoke({
      maxEventAge: MAX_AGE,
      retryAttempts: 0,
      onFailure: new SqsDestination(this.deadLetters),
    });
    new Rule(this, 'EveryMinute', {
      schedule: RuleSchedule.rate(MINUTE),
      targets: [
        new LambdaFunction(tick, { maxEventAge: MAX_AGE, retryAttempts: RETRIES, deadLetterQueue: this.deadLetters }),
      ],
    });
    if (stage.secondTrigger) this.addSchedule(tick);
  }

  /** A service of its own, with a role of its own: a tick that comes twice finds its work done (F03). */
  private addSchedule(tick: IFunction): void {
    const scheduleGroup = new ScheduleGroup(this, 'Schedules', { removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, 'ScheduleRole', {
      assumedBy: new ServicePrincipal('scheduler.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Stack.of(this).account },
          ArnEquals: { 'aws:SourceArn': scheduleGroup.scheduleGroupArn },
        },
      }),
    });
    role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [tick.functionArn] }));
    this.deadLetters.grant(role, 'sqs:SendMessage');
    // CDK's own target for functions would also allow every version and alias of them.
    const target = {
      arn: tick.functionArn,
      role,
      retryPolicy: { maximumEventAgeInSeconds: MAX_AGE.toSeconds(), maximumRetryAttempts: RETRIES },
      deadLetterConfig: { arn: this.deadLetters.queueArn },
    };
    const schedule = new Schedule(this, 'EveryMinuteToo', {
      schedule: ScheduleExpression.rate(MINUTE),
      scheduleGroup,
      target: { bind: () => target },
      description: 'Calls the tick beside the rule of EventBridge',
    });
    // It names its group by a text, from which CloudFormation cannot tell what must be there first.
    schedule.node.addDependency(scheduleGroup, role);
  }
}
