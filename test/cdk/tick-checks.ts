import type { Check, Found, Json, Templates } from './templates.ts';
import { all, faultsOf, first, lambda, remove, targetOf } from './templates.ts';

const RULE = 'AWS::Events::Rule';
const SCHEDULE = 'AWS::Scheduler::Schedule';
const GROUP = 'AWS::Scheduler::ScheduleGroup';
const ASYNC = 'AWS::Lambda::EventInvokeConfig';
const PERMISSION = 'AWS::Lambda::Permission';
const QUEUE_POLICY = 'AWS::SQS::QueuePolicy';

const rule = ({ stateless }: Templates): Found => first(stateless, RULE);
const group = ({ stateless }: Templates): Found => first(stateless, GROUP);
const schedule = ({ stateless }: Templates): Found => first(stateless, SCHEDULE);

const mayInvoke = ({ stateless }: Templates, name: string, principal: string): boolean =>
  all(stateless, PERMISSION).some(
    ({ props }) => targetOf(props.FunctionName)?.startsWith(name) && props.Principal === principal && props.SourceArn,
  );

/** EventBridge has no role: the queue itself must let it in. */
const takesFromEvents = ({ stateless }: Templates, queueId: string): boolean =>
  all(stateless, QUEUE_POLICY)
    .filter(({ props }) => props.Queues.some((of: Json) => targetOf(of) === queueId))
    .flatMap(({ props }) => props.PolicyDocument.Statement)
    .some(
      ({ Effect, Action, Principal }) =>
        Effect === 'Allow' && Action === 'sqs:SendMessage' && Principal.Service === 'events.amazonaws.com',
    );

export const tickChecks: readonly Check[] = [
  {
    name: 'F01 the tick is called every minute',
    faults: (templates) =>
      faultsOf(
        all(templates.stateless, RULE),
        ({ props }) =>
          props.State === 'ENABLED' &&
          props.ScheduleExpression === 'rate(1 minute)' &&
          targetOf(props.Targets?.[0]?.Arn) === lambda(templates, 'Tick').id &&
          mayInvoke(templates, 'Tick', 'events.amazonaws.com'),
      ),
    broken: {
      'no rule': (templates) => remove(templates.stateless, rule(templates)),
      'a rule switched off': (templates) => {
        rule(templates).props.State = 'DISABLED';
      },
      'every five minutes': (templates) => {
        rule(templates).props.ScheduleExpression = 'rate(5 minutes)';
      },
      'no target': (templates) => delete rule(templates).props.Targets,
      'no permission': ({ stateless }) => remove(stateless, first(stateless, PERMISSION, 'MinuteTick')),
    },
  },
  {
    name: 'F04 a tick that cannot run within its minute is left to the next one, and seen',
    faults: (templates) => {
      const deadLetters = first(templates.stateless, 'AWS::SQS::Queue', 'MinuteTickDeadLetters').id;
      const [target] = rule(templates).props.Targets;
      return faultsOf(
        all(templates.stateless, ASYNC),
        ({ props }) =>
          takesFromEvents(templates, deadLetters) &&
          targetOf(props.FunctionName) === lambda(templates, 'Tick').id &&
          props.MaximumEventAgeInSeconds === 60 &&
          props.MaximumRetryAttempts === 0 &&
          targetOf(props.DestinationConfig?.OnFailure?.Destination) === deadLetters &&
          target.RetryPolicy?.MaximumEventAgeInSeconds === 60 &&
          targetOf(target.DeadLetterConfig?.Arn) === deadLetters,
      );
    },
    broken: {
      'six hours of retries by Lambda': ({ stateless }) => remove(stateless, first(stateless, ASYNC)),
      'no destination': ({ stateless }) => delete first(stateless, ASYNC).props.DestinationConfig,
      'a day of retries by EventBridge': (templates) => delete rule(templates).props.Targets[0].RetryPolicy,
      'a queue that EventBridge may not use': ({ stateless }) =>
        first(stateless, QUEUE_POLICY, 'MinuteTickDeadLetters').props.PolicyDocument.Statement.pop(),
      'no dead letters of the rule': (templates) => delete rule(templates).props.Targets[0].DeadLetterConfig,
    },
  },
  {
    name: 'F01 EventBridge Scheduler calls the tick every minute too: the second trigger, unless the stage does without',
    faults: (templates) => {
      const { stateless, stage } = templates;
      if (!stage.secondTrigger) return all(stateless, SCHEDULE).map(({ id }) => `${id} is not wanted.`);
      const deadLetters = first(stateless, 'AWS::SQS::Queue', 'MinuteTickDeadLetters').id;
      return faultsOf(
        all(stateless, SCHEDULE),
        ({ resource, props: { Target, ...props } }) =>
          props.State === 'ENABLED' &&
          props.ScheduleExpression === 'rate(1 minute)' &&
          props.FlexibleTimeWindow.Mode === 'OFF' &&
          props.GroupName === group(templates).props.Name &&
          resource.DependsOn?.includes(group(templates).id) === true &&
          targetOf(Target.Arn) === lambda(templates, 'Tick').id &&
          targetOf(Target.RoleArn)?.startsWith('MinuteTickScheduleRole') === true &&
          Target.RetryPolicy?.MaximumEventAgeInSeconds === 60 &&
          targetOf(Target.DeadLetterConfig?.Arn) === deadLetters,
      );
    },
    broken: {
      'no second trigger': (templates) => remove(templates.stateless, schedule(templates)),
      'a schedule switched off': (templates) => {
        schedule(templates).props.State = 'DISABLED';
      },
      'every hour': (templates) => {
        schedule(templates).props.ScheduleExpression = 'rate(1 hour)';
      },
      'a group that may not be there yet': (templates) => delete schedule(templates).resource.DependsOn,
      'a day of retries': (templates) => delete schedule(templates).props.Target.RetryPolicy,
      'no dead letters': (templates) => delete schedule(templates).props.Target.DeadLetterConfig,
    },
  },
];
