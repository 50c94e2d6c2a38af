import assert from 'node:assert/strict';
import { DisableRuleCommand, EnableRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetScheduleCommand, type ScheduleState, UpdateScheduleCommand } from '@aws-sdk/client-scheduler';
import { resourcesOfType } from './deployment.ts';
import type { World } from './world.ts';

/** Switches everything that calls the tick by itself: the rules and the schedules of the stacks. */
export async function switchTriggers({ clients, deployment }: World, isOn: boolean): Promise<void> {
  const rules = resourcesOfType(deployment, 'AWS::Events::Rule').filter(
    ({ properties }) => properties.ScheduleExpression !== undefined,
  );
  assert.ok(rules.length > 0, 'no rule calls the tick');
  for (const { id } of rules) {
    // What CloudFormation calls the id of a rule is its name, on some behind the name of its bus.
    const Name = id.split('|').at(-1);
    await clients.events.send(isOn ? new EnableRuleCommand({ Name }) : new DisableRuleCommand({ Name }));
  }
  for (const { id, properties } of resourcesOfType(deployment, 'AWS::Scheduler::Schedule')) {
    const names = { Name: id.split('|').at(-1) ?? id, GroupName: properties.GroupName };
    const { State: _, ...schedule } = await clients.scheduler.send(new GetScheduleCommand(names));
    const State: ScheduleState = isOn ? 'ENABLED' : 'DISABLED';
    const { Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target } = schedule;
    await clients.scheduler.send(
      new UpdateScheduleCommand({ Name, GroupName, ScheduleExpression, FlexibleTimeWindow, Target, State }),
    );
  }
}
