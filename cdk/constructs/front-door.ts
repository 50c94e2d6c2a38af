import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpNoneAuthorizer, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpIamAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageSettings } from '../stage.ts';

/** Neither path nor query: a path holds the key of a message, which may name a person. */
const ACCESS_LOG = AccessLogFormat.custom(
  JSON.stringify({
    requestId: '$context.requestId',
    time: '$context.requestTimeEpoch',
    method: '$context.httpMethod',
    status: '$context.status',
    latencyMs: '$context.responseLatency',
    bytes: '$context.responseLength',
    caller: '$context.identity.userArn',
    error: '$context.error.messageString',
  }),
);

const OPEN_ON_PURPOSE = {
  id: 'AwsSolutions::AwsSolutions-APIG4',
  reason: 'The stage was told auth=none, which no stage that keeps its data takes.',
};

/** The HTTP API: one route for everything, since the function knows paths, methods and their errors best. */
export class FrontDoor extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, { ingest, stage }: { ingest: IFunction; stage: StageSettings }) {
    super(scope, id);
    const httpApi = new HttpApi(this, 'Api', {
      apiName: `meridian-${stage.name}`,
      createDefaultStage: false,
      defaultIntegration: new HttpLambdaIntegration('Ingest', ingest),
      defaultAuthorizer: stage.auth === 'iam' ? new HttpIamAuthorizer() : new HttpNoneAuthorizer(),
    });
    if (stage.auth === 'none') Validations.of(httpApi).acknowledge(OPEN_ON_PURPOSE);
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: stage.logDays,
      removalPolicy: stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const live = new HttpStage(this, 'Live', {
      httpApi,
      stageName: '$default',
      autoDeploy: true,
      throttle: { rateLimit: stage.requests.perSecond, burstLimit: stage.requests.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: ACCESS_LOG },
    });
    this.url = live.url;
  }
}
