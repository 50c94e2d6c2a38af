import { Duration } from 'aws-cdk-lib';
import type { IHttpRouteAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import { HttpNoneAuthorizer } from 'aws-cdk-lib/aws-apigatewayv2';
import {
  HttpIamAuthorizer,
  HttpJwtAuthorizer,
  HttpLambdaAuthorizer,
  HttpLambdaResponseType,
} from 'aws-cdk-lib/aws-apigatewayv2-authorizers';
import type { Construct } from 'constructs';
import { AUTHORIZER_ENV } from '../../shared/config.ts';
import type { StageSettings } from '../stage.ts';
import { nodeFunction } from './node-function.ts';

const CHECK = { timeout: Duration.seconds(5), memoryMb: 256 };
/** So long a key that was taken back is still let in. */
const REMEMBER = Duration.minutes(5);

/** Who is let in by the API of this stage. HTTP APIs have no API keys of their own: a function checks them. */
export function authorizerOf(scope: Construct, stage: StageSettings): IHttpRouteAuthorizer {
  const { auth } = stage;
  if (auth === 'iam') return new HttpIamAuthorizer();
  if (auth === 'none') return new HttpNoneAuthorizer();
  if ('jwt' in auth) {
    const { issuer, audiences } = auth.jwt;
    return new HttpJwtAuthorizer('Tokens', issuer, { jwtAudience: [...audiences] });
  }
  const hashes = Object.entries(auth.apiKeys).map(([name, hash]) => `${name}:${hash}`);
  const environment = { [AUTHORIZER_ENV.apiKeys]: hashes.join(',') };
  const authorize = nodeFunction(scope, 'Authorize', { name: 'authorize', stage, environment, ...CHECK });
  return new HttpLambdaAuthorizer('ApiKeys', authorize, {
    identitySource: ['$request.header.x-api-key'],
    responseTypes: [HttpLambdaResponseType.SIMPLE],
    resultsCacheTtl: REMEMBER,
  });
}
