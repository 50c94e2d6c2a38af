import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IAMClient } from '@aws-sdk/client-iam';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SchedulerClient } from '@aws-sdk/client-scheduler';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { Target } from './target.ts';

/** What an operator of the target has: a client for each service, with all rights. */
export function makeClients({ endpoint, region, credentials }: Target) {
  const settings = { region, ...(endpoint && { endpoint }), ...(credentials && { credentials }) };
  return {
    cloudFormation: new CloudFormationClient(settings),
    dynamo: new DynamoDBClient(settings),
    events: new EventBridgeClient(settings),
    iam: new IAMClient(settings),
    lambda: new LambdaClient(settings),
    logs: new CloudWatchLogsClient(settings),
    scheduler: new SchedulerClient(settings),
    sqs: new SQSClient({ ...settings, useQueueUrlAsEndpoint: endpoint === undefined }),
  };
}

export type Clients = ReturnType<typeof makeClients>;
