import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type RequestListener } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpChannel } from '../../../shared/channels/http/http-channel.ts';
import type { Target } from '../../../shared/core/delivery/target.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import type { Delivery, Outcome } from '../../../shared/ports/channel.ts';
import type { Clock } from '../../../shared/ports/clock.ts';
import { CANARY, CANARY_HEADERS, SECRET_CANARY, watchText } from '../../support/canary.ts';

export const SECRET = `whsec_${Buffer.from(SECRET_CANARY).toString('base64')}`;

export const LOOPBACK = ['127.0.0.0/8'];

/** The system's time. */
export const clock: Clock = {
  now: () => epochMs(Date.now()),
  sleepUntil: (at) => sleep(at - Date.now()),
};

export type Receiver = { readonly port: number; readonly url: string; close(): Promise<void> };

const listening = async (server: Server, protocol: string): Promise<Receiver> => {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => undefined));
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    if (server.listening) await once(server.close(), 'close');
  };
  return { port, url: `${protocol}://127.0.0.1:${port}/hook`, close };
};

/** A receiver that speaks HTTP. */
export const receive = (listener: RequestListener): Promise<Receiver> => listening(createServer(listener), 'http');

/** A receiver that writes whatever it likes, told when the first bytes of a request have come. */
export const receiveRaw = (onRequest: (socket: Socket) => void): Promise<Receiver> =>
  listening(
    createTcpServer((socket) => socket.on('data', () => onRequest(socket))),
    'http',
  );

export const receiveTls = (server: Server): Promise<Receiver> => listening(server, 'https');

export type Seen = {
  readonly headers: IncomingHttpHeaders;
  readonly raw: readonly string[];
  readonly body: Buffer;
  readonly path: string;
};

/** Reads a request to its end. */
export const seen = async (request: IncomingMessage): Promise<Seen> => {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const { headers, rawHeaders: raw, url: path = '' } = request;
  return { headers, raw, body: Buffer.concat(chunks), path };
};

export const targetOf = (url: string, changes: Partial<Target> = {}): Target => ({
  name: 'push',
  destination: { kind: 'http', url, secrets: [{ secret: SECRET }] },
  timeoutMs: 5000,
  retry: { maxAttempts: 10, delaysMs: [1000], jitter: 0 },
  delivery: 'at-least-once',
  headers: CANARY_HEADERS,
  createdAt: epochMs(0),
  ...changes,
});

export const deliveryOf = (messageId: string, changes: Partial<Delivery> = {}): Delivery => ({
  messageId,
  payload: Buffer.from(`{"id":"${messageId}","canary":"${CANARY}"}`),
  dueAt: epochMs(Date.UTC(2026, 10, 22, 9)),
  attempt: 1,
  ...changes,
});

export const deliveriesOf = (count: number): Delivery[] =>
  Array.from({ length: count }, (_, n) => deliveryOf(`msg_${n}`));

/** Sends and gives the outcomes by index; fails where one was reported twice or not at all. */
export const outcomesOf = async (
  channel: Pick<HttpChannel, 'send'>,
  target: Target,
  deliveries: readonly Delivery[],
): Promise<Outcome[]> => {
  const outcomes: (Outcome | undefined)[] = deliveries.map(() => undefined);
  await channel.send(target, deliveries, (index, outcome) => {
    if (outcomes[index] !== undefined) throw new Error(`delivery ${index} was reported twice`);
    // What the target answered is its own; whether it answers with what it got is not ours to say.
    watchText('outcome', JSON.stringify({ ...outcome, response: undefined }));
    outcomes[index] = outcome;
  });
  return outcomes.map((outcome, index) => {
    if (outcome === undefined) throw new Error(`delivery ${index} was not reported`);
    return outcome;
  });
};

export const outcomeOf = async (channel: Pick<HttpChannel, 'send'>, target: Target): Promise<Outcome> =>
  (await outcomesOf(channel, target, [deliveryOf('msg_1')]))[0] as Outcome;

/** What comes of one attempt at a receiver that answers every request with whatever bytes it likes. */
export const rawOutcomeOf = async (
  channel: Pick<HttpChannel, 'send'>,
  onRequest: (socket: Socket) => void,
  changes: Partial<Target> = {},
): Promise<Outcome> => {
  const receiver = await receiveRaw(onRequest);
  try {
    return await outcomeOf(channel, targetOf(receiver.url, changes));
  } finally {
    await receiver.close();
  }
};
