import { isUtf8 } from 'node:buffer';
import type { IncomingMessage } from 'node:http';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';

/** Types whose bodies API Gateway hands on as text, where they are text. */
const TEXT_TYPE = /^(?:text\/|application\/(?:json|javascript|xml)\b)/i;

export type RequestFacts = { readonly body: Buffer; readonly requestId: string; readonly atMs: number };

/**
 * A request as API Gateway's HTTP API makes it into an event (payload format 2.0), except that the path stays
 * percent-encoded as it came, which no gateway would keep from a key with a slash in it.
 */
export function toGatewayEvent(
  request: IncomingMessage,
  { body, requestId, atMs }: RequestFacts,
): APIGatewayProxyEventV2 {
  const { path, query } = partsOf(request.url ?? '/');
  const headers = headersOf(request);
  const isText = TEXT_TYPE.test(headers['content-type'] ?? '') && isUtf8(body);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: query,
    headers,
    ...(query !== '' && { queryStringParameters: parametersOf(query) }),
    requestContext: contextOf(request, { path, requestId, atMs }),
    ...(body.length > 0 && { body: body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: body.length > 0 && !isText,
  };
}

export function partsOf(url: string): { path: string; query: string } {
  const [path = '', ...query] = url.split('?');
  return { path, query: query.join('?') };
}

/** Lower-case names; repeated ones joined by commas. */
export function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const joined: Record<string, string> = Object.create(null);
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) joined[name] = Array.isArray(value) ? value.join(',') : value;
  }
  return joined;
}

function parametersOf(query: string): Record<string, string> {
  const parameters: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    parameters[name] = name in parameters ? `${parameters[name]},${value}` : value;
  }
  return parameters;
}

function contextOf(
  request: IncomingMessage,
  { path, requestId, atMs }: { path: string; requestId: string; atMs: number },
): APIGatewayProxyEventV2['requestContext'] {
  return {
    accountId: '000000000000',
    apiId: 'local',
    domainName: '127.0.0.1',
    domainPrefix: 'local',
    http: {
      method: request.method ?? '',
      path,
      protocol: `HTTP/${request.httpVersion}`,
      sourceIp: '127.0.0.1',
      userAgent: request.headers['user-agent'] ?? '',
    },
    requestId,
    routeKey: '$default',
    stage: '$default',
    time: new Date(atMs).toISOString(),
    timeEpoch: atMs,
  };
}
