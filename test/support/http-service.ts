import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

export type ServiceRequest = {
  readonly method: string;
  /** As it came, with what is percent-encoded in it. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
};

/** An answer; or the connection is `cut` before one or `torn` in one of status 200, or nothing comes. */
export type ServiceAnswer =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string }
  | 'cut'
  | 'torn'
  | 'silence';

/** A server that answers as a test says: for services whose protocol is not the JSON that `startWire` speaks. */
export async function startHttpService(answer: (request: ServiceRequest) => ServiceAnswer | Promise<ServiceAnswer>) {
  const requests: ServiceRequest[] = [];
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = incoming;
    const request = { method, path: url, headers, body: await text(incoming) };
    requests.push(request);
    const given = await answer(request);
    if (given === 'cut') response.socket?.destroy();
    else if (given === 'torn') {
      response.writeHead(200, { 'content-length': '1000' }).write('<', () => response.socket?.destroy());
    } else if (given !== 'silence') response.writeHead(given.status, given.headers).end(given.body);
  };
  const server = createServer((incoming, response) => void serve(incoming, response));
  let connections = 0;
  server.on('connection', () => {
    connections += 1;
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All that came, in order. */
    requests,
    /** How many were opened so far. */
    connections: () => connections,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** An endpoint that nobody listens on. */
export async function lostEndpoint(): Promise<string> {
  const { endpoint, close } = await startHttpService(() => 'cut');
  await close();
  return endpoint;
}
