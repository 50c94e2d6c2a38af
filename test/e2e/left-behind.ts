import { ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { ListEventBusesCommand, ListRulesCommand } from '@aws-sdk/client-eventbridge';
import { ListRolesCommand } from '@aws-sdk/client-iam';
import { ListEventSourceMappingsCommand, ListFunctionsCommand } from '@aws-sdk/client-lambda';
import { ListSchedulesCommand } from '@aws-sdk/client-scheduler';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import type { Clients } from './clients.ts';

type Names = readonly (string | undefined)[];

/** Everything in the account whose name says that a stack of the test made it; the first page of each list will do. */
export async function leftBehind(clients: Clients, stacks: readonly string[]): Promise<string[]> {
  const lists: Readonly<Record<string, Promise<Names>>> = {
    stack: stackNames(clients),
    table: clients.dynamo.send(new ListTablesCommand({})).then(({ TableNames }) => TableNames ?? []),
    queue: clients.sqs.send(new ListQueuesCommand({})).then(({ QueueUrls }) => QueueUrls ?? []),
    function: clients.lambda
      .send(new ListFunctionsCommand({}))
      .then(({ Functions = [] }) => Functions.map(({ FunctionName }) => FunctionName)),
    'event source mapping': clients.lambda
      .send(new ListEventSourceMappingsCommand({}))
      .then(({ EventSourceMappings = [] }) => EventSourceMappings.map(({ FunctionArn }) => FunctionArn)),
    rule: clients.events.send(new ListRulesCommand({})).then(({ Rules = [] }) => Rules.map(({ Name }) => Name)),
    'event bus': clients.events
      .send(new ListEventBusesCommand({}))
      .then(({ EventBuses = [] }) => EventBuses.map(({ Name }) => Name)),
    schedule: clients.scheduler
      .send(new ListSchedulesCommand({}))
      .then(({ Schedules = [] }) => Schedules.map(({ Name }) => Name)),
    'log group': clients.logs
      .send(new DescribeLogGroupsCommand({}))
      .then(({ logGroups = [] }) => logGroups.map(({ logGroupName }) => logGroupName)),
    role: clients.iam.send(new ListRolesCommand({})).then(({ Roles = [] }) => Roles.map(({ RoleName }) => RoleName)),
  };
  const found = await Promise.all(
    Object.entries(lists).map(async ([kind, names]) =>
      (await names).filter((name) => stacks.some((stack) => isOf(stack, name))).map((name) => `${kind} ${name}`),
    ),
  );
  return found.flat();
}

/** CDK leaves the hyphens of a stack's name out of some names. */
function isOf(stack: string, name = ''): boolean {
  return name.replaceAll('-', '').includes(stack.replaceAll('-', ''));
}

/** CloudFormation remembers deleted stacks for 90 days. */
async function stackNames({ cloudFormation }: Clients): Promise<Names> {
  const { StackSummaries = [] } = await cloudFormation.send(new ListStacksCommand({}));
  return StackSummaries.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(
    ({ StackName }) => StackName,
  );
}
