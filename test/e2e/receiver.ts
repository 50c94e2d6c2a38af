import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request that came, by this machine's clock. */
export type Arrival = {
  readonly id: string;
  readonly atMs: number;
  readonly dueAtMs: number;
  readonly attempt: number;
  readonly path: string;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  /** What it was answered. */
  readonly status: number;
};

export type Receiver = {
  /** Where targets point, without a path. */
  readonly url: string;
  readonly arrivals: Arrival[];
  /** Answers requests to `path` with this status from now on; 204 unless told. */
  answer(path: string, status: number): void;
  close(): Promise<void>;
};

export type ReceiverOptions = { readonly port?: number; readonly publicUrl?: string | undefined };

/**
 * A webhook receiver on 127.0.0.1 that notes all that comes. With `publicUrl` targets point there, and whoever runs the
 * test sees to it that it leads to `port`.
 */
export async function startReceiver({ port = 0, publicUrl }: ReceiverOptions = {}): Promise<Receiver> {
  const arrivals: Arrival[] = [];
  const statuses = new Map<string, number>();
  const take = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const atMs = Date.now();
    const { headers, url: path = '/' } = request;
    const body = await text(request);
    const status = statuses.get(path) ?? 204;
    arrivals.push({
      id: String(headers['webhook-id']),
      atMs,
      dueAtMs: Date.parse(String(headers['meridian-due-at'])),
      attempt: Number(headers['meridian-attempt']),
      path,
      body,
      headers,
      status,
    });
    response.writeHead(status).end();
  };
  const server = createServer((request, response) => void take(request, response));
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const { port: bound } = server.address() as AddressInfo;
  return {
    url: publicUrl ?? `http://127.0.0.1:${bound}`,
    arrivals,
    answer: (path, status) => {
      statuses.set(path, status);
    },
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}
