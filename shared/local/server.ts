import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StartError } from './start-error.ts';

const HOST = '127.0.0.1';

/** Listens on the loopback interface only; returns the port, a free one for 0. Throws `StartError` where it cannot be had. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(sayWhy(error, port)));
    server.listen({ port, host: HOST, exclusive: true }, () => {
      server.removeAllListeners('error');
      resolve((server.address() as AddressInfo).port);
    });
  });
}

/** Takes no more requests and waits for those under way, for at most `patienceMs`. */
export async function closeServer(server: Server, patienceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearTimeout(timer);
}

function sayWhy(error: NodeJS.ErrnoException, port: number): Error {
  const advice = 'choose another with --port, or any free one with --port 0';
  if (error.code === 'EADDRINUSE') {
    return new StartError(`Port ${port} of ${HOST} is taken: stop what uses it, or ${advice}.`, { cause: error });
  }
  if (error.code === 'EACCES') {
    return new StartError(`Port ${port} may not be used by this user: ${advice}.`, { cause: error });
  }
  return error;
}
