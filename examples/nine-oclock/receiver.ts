import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** Everything that a receiver can know by itself. */
export type Tally = {
  /** By `webhook-id`, which is the same on every attempt. */
  readonly ids: Set<string>;
  readonly latenessMs: number[];
  duplicates: number;
  early: number;
  badSignatures: number;
};

export type Receiver = { readonly url: string; readonly tally: Tally; close(): void };

/** A webhook receiver on a free port of this machine that counts what it gets. */
export async function startReceiver(secret: () => string): Promise<Receiver> {
  const tally: Tally = { ids: new Set(), latenessMs: [], duplicates: 0, early: 0, badSignatures: 0 };
  const server = createServer(async (request, response) => {
    const receivedAt = Date.now();
    const body = await buffer(request);
    count(tally, request.headers, receivedAt);
    if (!isSigned(request.headers, body, secret())) tally.badSignatures += 1;
    response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    tally,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function count(tally: Tally, headers: IncomingHttpHeaders, receivedAt: number): void {
  const id = String(headers['webhook-id']);
  if (tally.ids.has(id)) {
    tally.duplicates += 1;
    return;
  }
  tally.ids.add(id);
  const latenessMs = receivedAt - Date.parse(String(headers['meridian-due-at']));
  tally.latenessMs.push(latenessMs);
  if (latenessMs < 0) tally.early += 1;
}

/** Standard Webhooks: HMAC-SHA256 of id, time and body under the secret that the target was created with. */
function isSigned(headers: IncomingHttpHeaders, body: Buffer, secret: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.`;
  const signature = `v1,${createHmac('sha256', key).update(signed).update(body).digest('base64')}`;
  return String(headers['webhook-signature']).split(' ').includes(signature);
}
