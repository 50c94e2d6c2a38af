import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';

/**
 * An answer as it goes over the wire; or the connection is `cut` before one or `torn` in it, nothing comes, the body
 * stops and nothing more comes, what comes is no JSON, or the head of the answer comes so slowly that it never ends.
 */
export type Answer =
  | { readonly status: number; readonly body: unknown; readonly date?: string }
  | 'cut'
  | 'torn'
  | 'silence'
  | 'stalled'
  | 'garbage'
  | 'drip';

export type WireCall = {
  /** `PutItem`, `SendMessageBatch`, … */
  readonly operation: string;
  /** 1 for the first call since `meddle` was set. */
  readonly nth: number;
  // biome-ignore lint/suspicious/noExplicitAny: the JSON of any AWS operation.
  readonly input: any;
  /** Sends it on, changed or not, and gives the service's answer. */
  forward(input?: unknown): Promise<{ readonly status: number; readonly body: unknown }>;
};

export type Meddle = (call: WireCall) => Promise<Answer>;

/**
 * A server between a client and a JSON service, where faults happen as they do in the world (levels M and P of
 * RELIABILITY.md): what is not forwarded is not applied; what is forwarded and answered otherwise is applied, unknown.
 */
export async function startWire(upstream: string) {
  let meddle: Meddle = ({ forward }) => forward();
  const operations: string[] = [];

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const headers = headersOf(request);
    const operation = headers['x-amz-target']?.split('.')[1] ?? '';
    const input = JSON.parse(await text(request));
    operations.push(operation);
    const forward = async (changed: unknown = input) => {
      const reply = await fetch(upstream, { method: 'POST', headers, body: JSON.stringify(changed) });
      return { status: reply.status, body: await reply.json() };
    };
    send(await meddle({ operation, nth: operations.length, input, forward }), response);
  };

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** All that came since `meddle` was set. */
    operations,
    /** Sets what happens to the calls from now on. */
    meddle(next: Meddle): void {
      operations.length = 0;
      meddle = next;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export type Wire = Awaited<ReturnType<typeof startWire>>;

/** An error as AWS's JSON services write it. */
export const fault = (status: number, type: string, message = 'simulated'): Answer => ({
  status,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message },
});

function send(answer: Answer, response: ServerResponse): void {
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  if (answer === 'silence') return;
  if (answer === 'garbage') response.end('<html>');
  else if (answer === 'cut') response.socket?.destroy();
  else if (answer === 'drip') drip(response.socket);
  else if (typeof answer === 'string') {
    response.setHeader('content-length', '1000').write('{"It', () => answer === 'torn' && response.socket?.destroy());
  } else {
    if (answer.date !== undefined) response.setHeader('date', answer.date);
    response.writeHead(answer.status).end(JSON.stringify(answer.body));
  }
}

/** A header that goes on and on, so that the connection is never idle. */
function drip(socket: Socket | null): void {
  socket?.write('HTTP/1.1 200 OK\r\nx: ');
  const timer = setInterval(() => socket?.write('x'), 20);
  socket?.once('close', () => clearInterval(timer));
}

/** Those that a service looks at; the length changes with the body. */
function headersOf({ headers }: IncomingMessage): Record<string, string> {
  const kept = ['content-type', 'x-amz-target', 'authorization', 'x-amz-date'];
  return Object.fromEntries(kept.map((name) => [name, String(headers[name] ?? '')]));
}
