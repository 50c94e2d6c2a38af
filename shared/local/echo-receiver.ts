import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { verifyWebhook, type WebhookVerdict } from '../channels/standard-webhooks.ts';
import { epochMs } from '../core/time/epoch.ts';
import { closeServer, listen } from './server.ts';

/** What the echo receiver saw of one request. */
export type EchoDelivery = {
  readonly id: string;
  readonly key?: string;
  readonly attempt: number;
  readonly receivedAtMs: number;
  /** Since the message was due, milliseconds. */
  readonly latenessMs: number;
  readonly signature: WebhookVerdict;
  readonly body: Buffer;
};

export type EchoReceiver = {
  readonly url: string;
  close(): Promise<void>;
};

export type EchoOptions = {
  /** The secrets that count now. */
  readonly secrets: () => Promise<readonly string[]>;
  readonly onDelivery: (delivery: EchoDelivery) => void;
};

/** A receiver of webhooks to try things out with: takes every message, checks its signature and tells of it. */
export async function startEchoReceiver(options: EchoOptions): Promise<EchoReceiver> {
  const server: Server = createServer((request, response) => {
    answer(request, response, options).catch(() => response.destroy());
  });
  const port = await listen(server, 0);
  return { url: `http://127.0.0.1:${port}/echo`, close: () => closeServer(server, 0) };
}

async function answer(request: IncomingMessage, response: ServerResponse, options: EchoOptions): Promise<void> {
  const body = await buffer(request);
  const receivedAtMs = Date.now();
  const { headers } = request;
  const key = headers['meridian-key'];
  const dueAtMs = Date.parse(String(headers['meridian-due-at']));
  response.writeHead(204).end();
  const secrets = await options.secrets();
  options.onDelivery({
    id: String(headers['webhook-id']),
    ...(typeof key === 'string' && { key }),
    attempt: Number(headers['meridian-attempt']),
    receivedAtMs,
    latenessMs: receivedAtMs - dueAtMs,
    signature: verifyWebhook(secrets, { headers, body }, { now: epochMs(receivedAtMs) }),
    body,
  });
}
