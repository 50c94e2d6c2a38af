import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { AccessLogFormat } from 'aws-cdk-lib/aws-apigateway';
import { HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpLambdaIntegration } from 'aws-cdk-lib/aws-apigatewayv2-integrations';
import type { IGrantable } from 'aws-cdk-lib/aws-iam';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import type { StageSettings } from '../stage.ts';
import { authorizerOf } from './authorizer.ts';

export type FrontDoorProps = { readonly ingest: IFunction; readonly stage: StageSettings };

const STAGE_NAME = '$default';

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
    apiKey: '$context.authorizer.key',
    error: '$context.error.messageString',
  }),
);

const OPEN_ON_PURPOSE = {
  id: 'AwsSolutions::AwsSolutions-APIG4',
  reason: 'The stage was told auth=none, which no stage that keeps its data takes.',
};

/**
 * The HTTP API. The function knows paths and their errors best, so routes tell methods apart only: IAM judges a call by
 * the route's own method and path, and the default route has neither.
 */
export class FrontDoor extends Construct {
  readonly httpApi: HttpApi;
  readonly url: string;
  readonly #auth: StageSettings['auth'];

  constructor(scope: Construct, id: string, { ingest, stage }: FrontDoorProps) {
    super(scope, id);
    this.#auth = stage.auth;
    const integration = new HttpLambdaIntegration('Ingest', ingest);
    this.httpApi = new HttpApi(this, 'Api', {
      apiName: `meridian-${stage.name}`,
      createDefaultStage: false,
      defaultIntegration: integration,
      defaultAuthorizer: authorizerOf(this, stage),
    });
    this.httpApi.addRoutes({
      path: '/{proxy+}',
      methods: [HttpMethod.GET, HttpMethod.HEAD, HttpMethod.PUT, HttpMethod.POST, HttpMethod.DELETE],
      integration,
    });
    if (stage.auth === 'none') Validations.of(this.httpApi).acknowledge(OPEN_ON_PURPOSE);
    const logGroup = new LogGroup(this, 'AccessLog', {
      retention: stage.logDays,
      removalPolicy: stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    const live = new HttpStage(this, 'Live', {
      httpApi: this.httpApi,
      stageName: STAGE_NAME,
      autoDeploy: true,
      throttle: { rateLimit: stage.requests.perSecond, burstLimit: stage.requests.burst },
      accessLogSettings: { destination: new LogGroupLogDestination(logGroup), format: ACCESS_LOG },
    });
    this.url = live.url;
  }

  /** Lets `grantee` make these calls, each as `METHOD /path` with `*` for what it leaves open. */
  grantCalls(grantee: IGrantable, calls: readonly string[]): void {
    if (this.#auth !== 'iam')
      throw new Error('Only an API with auth iam grants calls: this one lets in by other means.');
    const resources = calls.map((call) => {
      const [method, path] = call.split(' ');
      return this.httpApi.arnForExecuteApi(method, path, STAGE_NAME);
    });
    grantee.grantPrincipal.addToPrincipalPolicy(new PolicyStatement({ actions: ['execute-api:Invoke'], resources }));
  }
}
