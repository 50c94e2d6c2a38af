import type { StageSettings } from '../../cdk/stage.ts';
import type { Check, Templates } from './templates.ts';
import { all, faultsOf, first, lambda, remove, targetOf } from './templates.ts';

const ROUTE = 'AWS::ApiGatewayV2::Route';
const API_STAGE = 'AWS::ApiGatewayV2::Stage';
const AUTHORIZER = 'AWS::ApiGatewayV2::Authorizer';
const PERMISSION = 'AWS::Lambda::Permission';
const METHODS = ['GET', 'HEAD', 'PUT', 'POST', 'DELETE'];

const typeOf = (auth: StageSettings['auth']): string => {
  if (typeof auth === 'string') return auth === 'iam' ? 'AWS_IAM' : 'NONE';
  return 'jwt' in auth ? 'JWT' : 'CUSTOM';
};

function routeFaults({ stateless, stage }: Templates): string[] {
  const keys = all(stateless, ROUTE).map(({ props }) => props.RouteKey);
  const paths = ['/{proxy+}', ...(stage.processes ? ['/v1/processes', '/v1/processes/{proxy+}'] : [])];
  const expected = ['$default', ...paths.flatMap((path) => METHODS.map((method) => `${method} ${path}`))];
  const faults = expected.filter((key) => !keys.includes(key)).map((key) => `There is no route ${key}.`);
  const needsOne = typeof stage.auth === 'object';
  return [
    ...faults,
    ...faultsOf(
      all(stateless, ROUTE),
      ({ props }) =>
        props.AuthorizationType === typeOf(stage.auth) && needsOne === (targetOf(props.AuthorizerId) !== undefined),
    ),
  ];
}

function authorizerFaults(templates: Templates): string[] {
  const { stateless, stage } = templates;
  const authorizers = all(stateless, AUTHORIZER);
  if (typeof stage.auth === 'string') return authorizers.map(({ id }) => `${id} is of no use.`);
  if ('jwt' in stage.auth) {
    const { issuer, audiences } = stage.auth.jwt;
    return faultsOf(authorizers, ({ props: { AuthorizerType, JwtConfiguration } }) => {
      const asks = JwtConfiguration?.Issuer === issuer && JwtConfiguration.Audience.join() === audiences.join();
      return AuthorizerType === 'JWT' && asks;
    });
  }
  const variables = lambda(templates, 'FrontDoorAuthorize').props.Environment.Variables;
  const known = Object.entries(stage.auth.apiKeys).map((key) => key.join(':'));
  const told = variables.MERIDIAN_API_KEYS === known.join() ? [] : ['It knows other keys.'];
  return [
    ...told,
    ...faultsOf(
      authorizers,
      ({ props }) =>
        props.AuthorizerType === 'REQUEST' &&
        props.EnableSimpleResponses === true &&
        props.IdentitySource.join() === '$request.header.x-api-key' &&
        JSON.stringify(props.AuthorizerUri).includes(lambda(templates, 'FrontDoorAuthorize').id),
    ),
  ];
}

export const doorChecks: readonly Check[] = [
  {
    name: 'H17 every route of the API asks for what the stage says',
    faults: (templates) => [...routeFaults(templates), ...authorizerFaults(templates)],
    broken: {
      'an open route': ({ stateless }) => {
        first(stateless, ROUTE).props.AuthorizationType = 'NONE';
      },
      'another open route': ({ stateless }) => {
        first(stateless, ROUTE, 'FrontDoorApiDELETE').props.AuthorizationType = 'NONE';
      },
      'an open route of processes': ({ stateless }) => {
        first(stateless, ROUTE, 'FrontDoorApiPOSTv1processes').props.AuthorizationType = 'NONE';
      },
      'a method less of processes': ({ stateless }) =>
        remove(stateless, first(stateless, ROUTE, 'FrontDoorApiDELETEv1processes')),
      'a method less': ({ stateless }) => remove(stateless, first(stateless, ROUTE, 'FrontDoorApiHEAD')),
    },
  },
  {
    name: 'H17 the API bounds its rate, and nobody else may call its function',
    faults: ({ stateless, stage }) => [
      ...faultsOf(all(stateless, API_STAGE), ({ props }) => {
        const { ThrottlingRateLimit, ThrottlingBurstLimit } = props.DefaultRouteSettings ?? {};
        return ThrottlingRateLimit === stage.requests.perSecond && ThrottlingBurstLimit === stage.requests.burst;
      }),
      ...faultsOf(all(stateless, PERMISSION), ({ props }) => props.SourceArn !== undefined),
    ],
    broken: {
      'no throttle': ({ stateless }) => delete first(stateless, API_STAGE).props.DefaultRouteSettings,
      'everyone may invoke': ({ stateless }) => delete first(stateless, PERMISSION).props.SourceArn,
    },
  },
  {
    name: 'P23 the access log has no path, query or header, which may hold a key',
    faults: ({ stateless }) =>
      faultsOf(all(stateless, API_STAGE), ({ props }) => {
        const format = props.AccessLogSettings?.Format ?? '';
        return (
          format.includes('$context.requestId') &&
          !/\$context\.(path|requestOverride|routeKey)|querystring|header/i.test(format)
        );
      }),
    broken: {
      'no access log': ({ stateless }) => delete first(stateless, API_STAGE).props.AccessLogSettings,
      'the path': ({ stateless }) => {
        first(stateless, API_STAGE).props.AccessLogSettings.Format += '$context.path';
      },
    },
  },
];
