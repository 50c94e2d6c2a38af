import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { ApiFunction } from '../../functions/http/api-function.ts';
import type { HttpResult } from '../api/http/reply.ts';
import { DEFAULT_LIMITS } from '../api/limits.ts';
import { Problem } from '../core/problem.ts';
import { type BulkStream, isBulkStream, refusal } from './bulk-stream.ts';
import { refuseCaller, splitTarget } from './caller.ts';
import { toGatewayEvent } from './gateway-event.ts';
import { makeLambdaContext } from './lambda-context.ts';
import { refuseTunnel, refuseUnread } from './raw-refusal.ts';
import { closeServer, listen } from './server.ts';

export type ApiFunctions = { readonly ingest: ApiFunction; readonly bulkStream: BulkStream };

export type ApiServer = { readonly port: number; close(patienceMs: number): Promise<void> };

/** The timeout of the function in the deployment. */
const TIMEOUT_MS = 29_000;

const SERVER_OPTIONS = {
  // Beyond what the interface takes, so that it answers; still more is refused by the parser.
  maxHeaderSize: 64 * 1024,
  joinDuplicateHeaders: true,
  // Judged with the name itself, so that the answer is a problem.
  requireHostHeader: false,
  insecureHTTPParser: false,
  headersTimeout: 30_000,
  // A stream of lines may take as long as it likes, while it flows: see the timeout of the socket.
  requestTimeout: 0,
  keepAliveTimeout: 65_000,
} as const;

/** A request that promises more than it sends ends so long after its last byte; a function answers before. */
const SILENCE_MS = 30_000;
/** Whoever feeds a stream of lines may stop to think. */
const STREAM_SILENCE_MS = 600_000;

/** The API on 127.0.0.1: requests become the events of API Gateway, and the function's answers responses. */
export async function startApiServer(functions: ApiFunctions, wantedPort: number): Promise<ApiServer> {
  let closing = false;
  const latest = new WeakMap<Socket, ServerResponse>();
  const server: Server = createServer(SERVER_OPTIONS);
  const answer = (request: IncomingMessage, response: ServerResponse, find: FindResult) => {
    latest.set(request.socket, response);
    response.shouldKeepAlive &&= !closing;
    respond(request, response, find).catch(() => response.destroy());
  };
  server.on('request', (request, response) => answer(request, response, (id) => resultOf(functions, request, id)));
  server.on('checkExpectation', (request, response) => answer(request, response, async (id) => refusal(UNMET, id)));
  server.setTimeout(SILENCE_MS);
  // A whole request that came before on the connection is answered first.
  const afterLatest = (socket: Socket, refuse: () => void): void => {
    const response = latest.get(socket);
    if (response?.req.complete && !response.writableEnded) response.once('finish', refuse);
    else refuse();
  };
  server.on('clientError', (error, socket: Socket) => afterLatest(socket, () => refuseUnread(error, socket)));
  server.on('connect', ({ socket }) => afterLatest(socket, () => refuseTunnel(socket)));
  const port = await listen(server, wantedPort);
  return {
    port,
    close: (patienceMs) => {
      closing = true;
      return closeServer(server, patienceMs);
    },
  };
}

type FindResult = (requestId: string) => Promise<HttpResult>;

const UNMET = new Problem(
  417,
  'EXPECTATION_FAILED',
  'Only the expectation 100-continue is met here; leave others out.',
);

async function respond({ method }: IncomingMessage, response: ServerResponse, find: FindResult): Promise<void> {
  const { statusCode, headers, body } = await find(randomUUID());
  // The length in an answer to HEAD would be that of the body of GET, which nobody made.
  const length = method === 'HEAD' ? {} : { 'content-length': Buffer.byteLength(body) };
  response.writeHead(statusCode, { ...headers, ...length });
  response.end(body);
}

async function resultOf(
  { ingest, bulkStream }: ApiFunctions,
  request: IncomingMessage,
  requestId: string,
): Promise<HttpResult> {
  const refused = refuseCaller(request);
  if (refused !== undefined) return refusal(refused, requestId);
  request.url = splitTarget(request.url ?? '/').path;
  if (isBulkStream(request, DEFAULT_LIMITS.bodyBytes)) {
    request.setTimeout(STREAM_SILENCE_MS);
    return bulkStream(request, requestId);
  }
  const event = toGatewayEvent(request, { body: await readBody(request), requestId, atMs: Date.now() });
  return ingest(event, makeLambdaContext('ingest', TIMEOUT_MS, requestId));
}

/** The body, or the start of one that is too long, which the function refuses by its length. */
function readBody(request: IncomingMessage): Promise<Buffer> {
  // By its events: an iterator over a stream costs more than all else that a gateway does.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      if (bytes <= DEFAULT_LIMITS.bodyBytes) chunks.push(chunk);
      bytes += chunk.length;
    });
    request.once('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks)));
    request.once('error', reject);
  });
}
