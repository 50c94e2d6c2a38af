import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import dynalite from 'dynalite';
import { fromDynalite, mendDynalite } from './mend-dynalite.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

type Level = { open(): Promise<void>; close(): Promise<void> };

/**
 * A DynamoDB look-alike that does not listen yet; on disk under `path`, else in memory.
 * Throws where the directory is in use or cannot be opened.
 */
export async function makeDynamoServer(path: string | undefined): Promise<Server> {
  if (path !== undefined) await checkDirectory(path);
  mendDynalite();
  const server = dynalite({ ...(path && { path }), createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  const [handle] = server.listeners('request') as Handler[];
  server.removeAllListeners('request');
  server.on('request', (request, response) => whole(request, (body) => handle?.(withBody(request, body), response)));
  return server;
}

/** Opens and closes the database: dynalite keeps such an error to itself until the first call breaks on it. */
async function checkDirectory(path: string): Promise<void> {
  const { Level } = fromDynalite('level') as { Level: new (path: string) => Level };
  const database = new Level(path);
  try {
    await database.open();
  } catch (error) {
    const reason = (error as Error).cause as (Error & { code?: string }) | undefined;
    const text =
      reason?.code === 'LEVEL_LOCKED'
        ? `Another process uses the data in ${path}. Stop it, or choose another directory.`
        : `The data in ${path} cannot be opened (${reason?.message ?? error}). Choose another directory.`;
    throw new Error(text, { cause: error });
  }
  await database.close();
}

/** Calls back with the whole body; a caller that gives up before is forgotten. */
function whole(request: IncomingMessage, then: (body: Buffer) => void): void {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('error', () => {});
  request.on('end', () => then(Buffer.concat(chunks)));
}

/**
 * The request with its body in one piece. Dynalite itself copies all it has with every 64 KB that arrive, and throws
 * out of its listener, ending the thread, when a caller gives up half-way.
 */
function withBody({ headers, method, url }: IncomingMessage, body: Buffer): IncomingMessage {
  const request = Object.assign(new EventEmitter(), { headers, method, url });
  setImmediate(() => {
    request.emit('data', body);
    request.emit('end');
  });
  return request as IncomingMessage;
}
