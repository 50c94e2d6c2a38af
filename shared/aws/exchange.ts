import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { Agent, request as httpsRequest } from 'node:https';

/** A request to one of AWS's services, or an emulator of them. */
export type ExchangeRequest = {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | string | undefined;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
};

export type ExchangeLimits = {
  /** From the call to the end of the answer; needless where `signal` sees to it. */
  readonly timeoutMs?: number;
  /** Ends it earlier. */
  readonly signal?: AbortSignal | undefined;
  /** What comes of a body beyond is left out. */
  readonly maxBodyBytes?: number;
};

export type ExchangeAnswer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
};

type Way = { readonly start: typeof httpsRequest; readonly agent: Agent };

/** Connections that are kept and used again, made when first asked for. */
export type Connections = {
  by(protocol: string): Promise<Way>;
  /** Ends those that wait for a request. */
  destroy(): void;
};

export const makeConnections = (maxSockets: number): Connections => {
  const settings = { keepAlive: true, maxSockets };
  const ways = new Map<string, Promise<Way>>();
  const open = async (protocol: string): Promise<Way> => {
    if (protocol === 'https:') return { start: httpsRequest, agent: new Agent(settings) };
    // Only for emulators: importing it loads all of Node's fetch too, which would be a third of a cold start.
    const http = await import('node:http');
    return { start: http.request as typeof httpsRequest, agent: new http.Agent(settings) as Agent };
  };
  return {
    by: (protocol) => {
      const way = ways.get(protocol) ?? open(protocol);
      ways.set(protocol, way);
      return way;
    },
    destroy: () => {
      for (const way of ways.values()) void way.then(({ agent }) => agent.destroy());
      ways.clear();
    },
  };
};

/** An IPv6 address has brackets in URLs only. */
const bare = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, '$1');

const tooLate = (): DOMException => new DOMException('There was no whole answer in time.', 'TimeoutError');

/** One request and its whole answer; rejects where there is none, or the connection breaks in it, or time is up. */
export const exchange = async (
  connections: Connections,
  request: ExchangeRequest,
  { timeoutMs, signal, maxBodyBytes = Number.POSITIVE_INFINITY }: ExchangeLimits,
): Promise<ExchangeAnswer> => {
  const { start, agent } = await connections.by(request.protocol);
  signal?.throwIfAborted();
  const { hostname, port, method, path, headers, body } = request;
  return new Promise((resolve, reject) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
    };
    const fail = (error: unknown): void => {
      end();
      reject(error);
    };
    const giveUp = (error: unknown): void => {
      fail(error);
      call.destroy();
    };
    const abort = (): void => giveUp(signal?.reason);
    const answered = (answer: IncomingMessage): void => {
      answer.on('error', fail);
      readBody(answer, maxBodyBytes, (read) => {
        end();
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: read });
      });
    };
    const call: ClientRequest = start({ host: bare(hostname), port, method, path, headers, agent }, answered);
    call.on('error', fail);
    // biome-ignore lint/style/noRestrictedGlobals: a budget of real sockets is no time of the domain
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => giveUp(tooLate()), timeoutMs);
    signal?.addEventListener('abort', abort, { once: true });
    call.end(body);
  });
};

/** Reads by events: an iterator, or the pipe of the SDK's own handler, takes longer than all else here. */
const readBody = (answer: IncomingMessage, maxBytes: number, then: (body: Buffer) => void): void => {
  const kept: Buffer[] = [];
  let bytes = 0;
  answer.on('data', (chunk: Buffer) => {
    if (bytes < maxBytes) kept.push(chunk.subarray(0, maxBytes - bytes));
    bytes += chunk.length;
  });
  answer.once('end', () => then(kept.length === 1 ? (kept[0] as Buffer) : Buffer.concat(kept)));
};
