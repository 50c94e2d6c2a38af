import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** One request that arrived: which message, when, and how long after it was due. */
export type Arrival = { readonly id: string; readonly at: number; readonly latenessMs: number };

/** A receiver on 127.0.0.1 that answers 204 and notes what came; `take` gets the bodies. */
export const startReceiver = async (take?: (body: string, at: number) => void) => {
  const arrivals: Arrival[] = [];
  const server = createServer((request, response) => {
    const at = Date.now();
    const id = String(request.headers['webhook-id']);
    arrivals.push({ id, at, latenessMs: at - Date.parse(String(request.headers['meridian-due-at'])) });
    response.writeHead(204).end();
    if (take) void text(request).then((body) => take(body, at));
    else request.resume();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    arrivals,
    url: `http://127.0.0.1:${port}/`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
};
