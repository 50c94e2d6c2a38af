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
import type { HttpEvent } from './http-event.ts';

/** HEAD is GET whose answer has no body, which goes when all else is done. */
const methodsOf = ({ method }: Operation): readonly string[] => (method === 'GET' ? [method, 'HEAD'] : [method]);

/** The paths of an operation, with its parameters as groups: `/v1/targets/(?<name>[^/]+)`. */
const formOf = ({ path }: Operation): RegExp =>
  new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);

/** No path fits two forms. */
const routes = (Object.entries(operations) as [OperationId, Operation][]).map(([id, operation]) => ({
  id,
  operation,
  methods: methodsOf(operation),
  form: formOf(operation),
}));

/** Finds the operation of a request, makes its call and answers it. Throws 404 and 405 where there is none. */
export const makeRouter =
  (handlers: Partial<Handlers>, paths: PathForm) =>
  async (event: HttpEvent): Promise<HttpResult> => {
    const { method, path } = requestOf(event);
    // What has no handler here is the business of another function.
    const onPath = routes.filter(({ id, form }) => handlers[id] !== undefined && form.test(path));
    const route = onPath.find(({ methods }) => methods.includes(method));
    if (route === undefined) {
      throw noRouteFor(
        { method, path },
        onPath.flatMap(({ methods }) => methods),
      );
    }
    const { id, operation, form } = route;
    event.operation = id;
    // Each handler takes the call of its own operation; `callOf` makes it by that operation's schemas.
    const handler = handlers[id] as Handler<OperationId>;
    return toHttpResult(await handler(callOf(operation, event, { paths, ...form.exec(path)?.groups })));
  };

/** Another event than the deployment asks for is a fault of the wiring and not of the caller: no status of 4xx. */
function requestOf({ version, requestContext }: HttpEvent): { readonly method: string; readonly path: string } {
  const { method, path } = requestContext?.http ?? {};
  if (version !== '2.0' || !method || !path) throw new TypeError('The event is no request to an HTTP API, format 2.0.');
  return { method, path };
}

/** What the path says, not decoded yet. */
type InPath = { readonly paths: PathForm; readonly key?: string; readonly name?: string; readonly timer?: string };

function callOf(operation: Operation, event: HttpEvent, { paths, key, name, timer }: InPath): Call {
  const { body, isBase64Encoded, headers } = event;
  if (operation.body !== undefined) requireBody(body);
  return {
    key: key === undefined ? '' : decodeSegment(key, paths, '/path/key'),
    name: name === undefined ? '' : judgeName(decodeSegment(name, paths, '/path/name')),
    timer: timer === undefined ? '' : decodeSegment(timer, paths, '/path/timer'),
    query: readQuery(event.rawQueryString ?? '', operation.query ?? noQuery),
    headers,
    media: operation.body === undefined ? undefined : mediaTypeOf(headers, Object.keys(operation.body) as MediaType[]),
    carried: { body, isBase64Encoded },
  };
}

/** What is said to a request without a route: 405 where the path has other methods, else 404. */
function noRouteFor(asked: { readonly method: string; readonly path: string }, allowed: readonly string[]): Problem {
  if (allowed.length === 0) return noRoute(asked.path);
  const allow = allowed.join(', ');
  const detail = `The method ${asked.method.slice(0, 16)} is not allowed here; use ${allow}.`;
  return new Problem(405, 'METHOD_NOT_ALLOWED', detail, { headers: { allow } });
}
