import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { Problem } from '../core/problem.ts';
import { refusal } from './bulk-stream.ts';

const UNREADABLE = new Problem(400, 'MALFORMED_REQUEST', 'The request is no HTTP/1.1 that has one meaning.');
const NO_PROXY = new Problem(501, 'NOT_IMPLEMENTED', 'CONNECT is for proxies, and this is none.');

const PARSER_PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: new Problem(431, 'HEADERS_TOO_LARGE', 'The path and headers are too large.'),
  ERR_HTTP_REQUEST_TIMEOUT: new Problem(408, 'REQUEST_TIMEOUT', 'The headers took too long.'),
};

/** What the parser refuses never becomes a request, so the answer is written by hand; the connection ends. */
export function refuseUnread(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET') socket.destroy();
  else end(socket, PARSER_PROBLEMS[error.code ?? ''] ?? UNREADABLE);
}

/** A CONNECT comes with the bare connection and nothing to answer it by. */
export const refuseTunnel = (socket: Socket): void => end(socket, NO_PROXY);

function end(socket: Socket, problem: Problem): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const { statusCode, headers, body } = refusal(problem, randomUUID());
  const lines = Object.entries({ ...headers, connection: 'close', 'content-length': Buffer.byteLength(body) });
  const head = lines.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  socket.end(`HTTP/1.1 ${statusCode} Refused\r\n${head}\r\n${body}`, () => socket.destroy());
}
