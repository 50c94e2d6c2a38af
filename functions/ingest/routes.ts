import type { Method, Route } from '@middy/http-router';
import type { Call, Handler, Handlers } from '../../shared/api/http/call.ts';
import { type MediaType, mediaTypeOf } from '../../shared/api/http/media-type.ts';
import { readQuery } from '../../shared/api/http/query.ts';
import { type HttpResult, toHttpResult } from '../../shared/api/http/reply.ts';
import { requireBody } from '../../shared/api/http/request-body.ts';
import { decodeSegment, judgeName, noRoute, type PathForm } from '../../shared/api/http/request-path.ts';
import type { Operation } from '../../shared/api/operation.ts';
import { type OperationId, operations } from '../../shared/api/operations.ts';
import { noQuery } from '../../shared/api/operator/schema.ts';
import { Problem } from '../../shared/core/problem.ts';
import type { IngestEvent } from './ingest-event.ts';

/** HEAD is GET whose answer has no body, which goes when all else is done. */
const methodsOf = ({ method }: Operation): readonly Method[] => (method === 'GET' ? [method, 'HEAD'] : [method]);

const all = (Object.entries(operations) as [OperationId, Operation][]).flatMap(([id, operation]) =>
  methodsOf(operation).map((method) => ({ id, operation, method })),
);

/** One route for each method of each operation. */
export const makeRoutes = (handlers: Handlers, paths: PathForm): Route<IngestEvent, HttpResult>[] =>
  all.map(({ id, operation, method }) => ({
    method,
    path: operation.path,
    // Each handler takes the call of its own operation; `callOf` makes it by that operation's schemas.
    handler: async (event: IngestEvent) => {
      event.operation = id;
      return toHttpResult(await (handlers[id] as Handler<OperationId>)(callOf(operation, event, paths)));
    },
  }));

function callOf(operation: Operation, event: IngestEvent, paths: PathForm): Call {
  const { key, name } = event.pathParameters ?? {};
  const { body, isBase64Encoded, headers } = event;
  if (operation.body !== undefined) requireBody(body);
  return {
    key: key === undefined ? '' : decodeSegment(key, paths, '/path/key'),
    name: name === undefined ? '' : judgeName(decodeSegment(name, paths, '/path/name')),
    query: readQuery(event.rawQueryString ?? '', operation.query ?? noQuery),
    headers,
    media: operation.body === undefined ? undefined : mediaTypeOf(headers, Object.keys(operation.body) as MediaType[]),
    carried: { body, isBase64Encoded },
  };
}

const forms = all.map(({ method, operation }) => ({
  method,
  form: new RegExp(`^${operation.path.replace(/\{\w+\}/g, '[^/]+')}$`),
}));

/** What is said to a request without a route: 405 where the path has other methods, else 404. */
export function noRouteFor({ method, path }: { readonly method: string; readonly path: string }): never {
  const allowed = forms.filter(({ form }) => form.test(path)).map((route) => route.method);
  if (allowed.length === 0) throw noRoute(path);
  const allow = allowed.join(', ');
  throw new Problem(405, 'METHOD_NOT_ALLOWED', `The method ${method.slice(0, 16)} is not allowed here; use ${allow}.`, {
    headers: { allow },
  });
}
