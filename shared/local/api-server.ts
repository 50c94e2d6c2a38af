import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Ingest } from '../../functions/ingest/ingest.ts';
import type { HttpResult } from '../api/http/reply.ts';
import { DEFAULT_LIMITS } from '../api/limits.ts';
import { Problem } from '../core/problem.ts';
import { type BulkStream, isBulkStream, refusal } from './bulk-stream.ts';
import { toGatewayEvent } from './gateway-event.ts';
import { makeLambdaContext } from './lambda-context.ts';
import { closeServer, listen } from './server.ts';

export type ApiFunctions = { readonly ingest: Ingest; readonly bulkStream: BulkStream };

export type ApiServer = { readonly port: number; close(patienceMs: number): Promise<void> };

/** The timeout of the function in the deployment. */
const TIMEOUT_MS = 29_000;

const SERVER_OPTIONS = {
  // Beyond what the interface takes, so that it answers; still more is refused by the parser.
  maxHeaderSize: 64 * 1024,
  joinDuplicateHeaders: true,
  requireHostHeader: true,
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
  const server: Server = createServer(SERVER_OPTIONS, (request, response) => {
    latest.set(request.socket, response);
    response.shouldKeepAlive &&= !closing;
    respond(functions, request, response).catch(() => response.destroy());
  });
  server.setTimeout(SILENCE_MS);
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    const response = latest.get(socket);
    // A whole request that came before on the connection is answered first.
    if (response?.req.complete && !response.writableEnded) response.once('finish', () => refuse(error, socket));
    else refuse(error, socket);
  });
  const port = await listen(server, wantedPort);
  return {
    port,
    close: (patienceMs) => {
      closing = true;
      return closeServer(server, patienceMs);
    },
  };
}

async function respond(functions: ApiFunctions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const requestId = randomUUID();
  const { statusCode, headers, body } = await resultOf(functions, request, requestId);
  response.writeHead(statusCode, { ...headers, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

async function resultOf(
  { ingest, bulkStream }: ApiFunctions,
  request: IncomingMessage,
  requestId: string,
): Promise<HttpResult> {
  if (isForeignPage(request)) return refusal(FOREIGN_PAGE, requestId);
  if (isBulkStream(request, DEFAULT_LIMITS.bodyBytes)) {
    request.setTimeout(STREAM_SILENCE_MS);
    return bulkStream(request, requestId);
  }
  const event = toGatewayEvent(request, { body: await readBody(request), requestId, atMs: Date.now() });
  return ingest(event, makeLambdaContext('ingest', TIMEOUT_MS, requestId));
}

/** The body, or the start of one that is too long, which the function refuses by its length. */
async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    if (bytes <= DEFAULT_LIMITS.bodyBytes) chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks);
}

const FOREIGN_PAGE = new Problem(
  403,
  'FOREIGN_ORIGIN',
  'Web pages of other hosts may not use the API of this machine.',
);

/** A browser names the page that a request comes from: one of another host is up to no good (DNS rebinding). */
const isForeignPage = ({ headers: { origin } }: IncomingMessage): boolean =>
  origin !== undefined && !/^https?:\/\/(?:127\.0\.0\.1|localhost)(?::\d+)?$/.test(origin);

const UNREADABLE = new Problem(400, 'MALFORMED_REQUEST', 'The request is no HTTP/1.1 that has one meaning.');

const PARSER_PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem(431, 'HEADERS_TOO_LARGE', 'The path and headers are too large.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'REQUEST_TIMEOUT', 'The headers took too long.'),
};

/** What the parser refuses never becomes a request, so the answer is written by hand; the connection ends. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { statusCode, headers, body } = refusal(PARSER_PROBLEMS[error.code ?? ''] ?? UNREADABLE, randomUUID());
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${statusCode} Refused\r\n${head}\r\n${body}`, () => socket.destroy());
}
