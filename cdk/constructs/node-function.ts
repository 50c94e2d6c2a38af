import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Duration } from 'aws-cdk-lib';
import { RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Architecture, Code, RecursiveLoop, Runtime } from 'aws-cdk-lib/aws-lambda';
import type { BundlingOptions } from 'aws-cdk-lib/aws-lambda-nodejs';
import { NodejsFunction, OutputFormat } from 'aws-cdk-lib/aws-lambda-nodejs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { FunctionName, ProcessFunctionName } from '../grants.ts';
import type { StageSettings } from '../stage.ts';
import { BUNDLING } from './bundling.ts';

export type NodeFunctionProps = {
  /** The folder in `functions/`. */
  readonly name: FunctionName | ProcessFunctionName | 'authorize';
  /** What to bundle, where it is not the handler of the folder. */
  readonly entry?: string;
  readonly stage: StageSettings;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeout: Duration;
  readonly memoryMb: number;
  readonly reserve?: number | undefined;
  /** It sends to the queue that calls it. Lambda would take that for a runaway and stop it after 16 rounds. */
  readonly feedsItself?: boolean;
};

const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The source map lies beside the bundle for whoever has a stack trace; Node reading it at start would cost 10 ms. */
const LAMBDA_BUNDLING: BundlingOptions = {
  ...BUNDLING,
  mainFields: [...BUNDLING.mainFields],
  format: OutputFormat.CJS,
  sourceMap: true,
  sourcesContent: false,
};

/** The bundle of ingest has its OpenAPI document beside it. */
const WITH_OPEN_API: BundlingOptions = {
  ...LAMBDA_BUNDLING,
  commandHooks: {
    beforeBundling: () => [],
    beforeInstall: () => [],
    afterBundling: (_, folder) => [
      `"${pathOf('node_modules/.bin/node')}" "${pathOf('shared/local/write-openapi.ts')}" "${folder}"`,
    ],
  },
};

const ACKNOWLEDGED = [
  {
    id: 'Serverless::Serverless-LambdaDLQ',
    reason:
      'Functions of the API answer their caller, the tick has an on-failure destination, the lanes a redrive policy; sources keep what is theirs.',
  },
  {
    id: 'Serverless::Serverless-LambdaEventSourceMappingDestination',
    reason: 'What fails is kept by the redrive policy of the lane that it came from.',
  },
  {
    id: 'Serverless::Serverless-LambdaTracing',
    reason: 'The X-Ray SDK ends in February 2027; messages carry a W3C traceparent instead.',
  },
];

/**
 * In the package every function lies beside this code as a bundle, but for those with an entry, which the bundler of the
 * user's project makes; in the repository all are bundled when they are asked for.
 */
function bundleOf({ name, entry }: NodeFunctionProps) {
  const folder = pathOf(`functions/${name}`);
  if (existsSync(`${folder}/index.cjs`)) return { code: Code.fromAsset(folder), handler: 'index.handler' };
  const lock = pathOf('package-lock.json');
  const repository = existsSync(lock) && { projectRoot: pathOf(''), depsLockFilePath: lock };
  const bundling = name === 'ingest' ? WITH_OPEN_API : LAMBDA_BUNDLING;
  return { entry: entry ?? `${folder}/handler.ts`, bundling, ...repository };
}

/** The function of `functions/<name>`, with a role that may do nothing yet but write its own log. */
export function nodeFunction(scope: Construct, id: string, props: NodeFunctionProps): NodejsFunction {
  const { stage } = props;
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: stage.logDays,
    removalPolicy: stage.keepData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  logGroup.grantWrite(role);
  const lambda = new NodejsFunction(scope, id, {
    ...bundleOf(props),
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    timeout: props.timeout,
    memorySize: props.memoryMb,
    environment: props.environment,
    role,
    logGroup,
    recursiveLoop: props.feedsItself ? RecursiveLoop.ALLOW : RecursiveLoop.TERMINATE,
    // Long the default of Node and of the SDK.
    awsSdkConnectionReuse: false,
    ...(props.reserve !== undefined && { reservedConcurrentExecutions: props.reserve }),
  });
  Validations.of(lambda).acknowledge(...ACKNOWLEDGED);
  return lambda;
}
