import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { closeServer, listen } from '../../shared/local/server.ts';

export type Received = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly atMs: number };

export type Receiver = {
  readonly url: string;
  readonly received: readonly Received[];
  /** How often each id came. */
  readonly counts: ReadonlyMap<string, number>;
  close(): Promise<void>;
};

const accept = (response: ServerResponse): void => {
  response.writeHead(204).end();
};

/** A webhook receiver on a free loopback port; `answer` may also never answer. */
export async function startReceiver(answer: (response: ServerResponse) => void = accept): Promise<Receiver> {
  const received: Received[] = [];
  const counts = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const atMs = Date.now();
    const id = String(request.headers['webhook-id']);
    counts.set(id, (counts.get(id) ?? 0) + 1);
    received.push({ headers: request.headers, body: (await buffer(request)).toString('utf8'), atMs });
    answer(response);
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}/`, received, counts, close: () => closeServer(server, 0) };
}

/** Waits until something is true, looking every 10 ms; throws after `withinMs`. */
export async function until(isTrue: () => boolean, withinMs: number): Promise<void> {
  const giveUpAt = Date.now() + withinMs;
  while (!isTrue()) {
    if (Date.now() > giveUpAt) throw new Error(`not within ${withinMs} ms: ${isTrue}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
