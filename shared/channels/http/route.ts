import type { KeyObject } from 'node:crypto';
import { toHeaderText } from '../../core/delivery/header-text.ts';
import type { SigningSecret, Target } from '../../core/delivery/target.ts';
import { type EpochMs, epochMs } from '../../core/time/epoch.ts';
import { formatInstant } from '../../core/time/instant.ts';
import type { Delivery } from '../../ports/channel.ts';
import { signingKey, webhookSignature } from '../standard-webhooks.ts';

/** All of an http target that is the same for each of its messages, worked out once. */
export type Route = {
  readonly origin: string;
  readonly timeoutMs: number;
  readonly retryOn: readonly number[];
  /** The request line and the headers that belong to the connection. */
  readonly start: string;
  readonly headers: ReadonlyMap<string, string>;
  /** `headers` as they are written. */
  readonly headerLines: string;
  readonly keys: readonly { readonly key: KeyObject; readonly until: EpochMs }[];
};

const OWN_HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'application/json'],
  // What a receiver packs would only have to be unpacked, and could be a bomb.
  ['accept-encoding', 'identity'],
];
const USER_AGENT = ['user-agent', 'meridian'] as const;

const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;
const VALUE = /^[\t -~]*$/;
/** They say where a request ends, or what becomes of its connection. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const FOREVER = epochMs(Number.MAX_SAFE_INTEGER);

/** Throws where the target is none for http, has a malformed URL or secret, or no secret at all (P22). */
export const makeRoute = (target: Target): Route => {
  if (target.destination.kind !== 'http') throw new TypeError(`${target.name} is no http target`);
  const url = new URL(target.destination.url);
  const headers = new Map([USER_AGENT, ...lowerCased(target.headers), ...OWN_HEADERS]);
  return {
    origin: url.origin,
    timeoutMs: target.timeoutMs,
    retryOn: target.retry.retryOn ?? [],
    start: `POST ${url.pathname}${url.search} HTTP/1.1\r\n${headerLine('host', url.host)}connection: keep-alive\r\n`,
    headers,
    headerLines: linesOf(headers),
    keys: target.destination.secrets.map(toKey),
  };
};

const toKey = ({ secret, until = FOREVER }: SigningSecret) => ({ key: signingKey(secret), until });

const lowerCased = (headers: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);

/**
 * All bytes of one attempt at `now`. Throws where no signing secret is valid any more, and where a header is none: what
 * is stored was judged when it came, and what breaks a line would write headers of its own.
 */
export const requestBytes = (route: Route, delivery: Delivery, now: EpochMs): Buffer => {
  const { payload } = delivery;
  const head = `${route.start}${commonLines(route, delivery)}${ownLines(route, delivery, now)}content-length: ${payload.length}\r\n\r\n`;
  const bytes = Buffer.allocUnsafe(head.length + payload.length);
  bytes.write(head, 'latin1');
  bytes.set(payload, head.length);
  return bytes;
};

const ownLines = (route: Route, delivery: Delivery, now: EpochMs): string => {
  const { messageId, attempt, key, traceparent } = delivery;
  const timestamp = Math.floor(now / 1000);
  const keys = route.keys.filter(({ until }) => until > now).map((signing) => signing.key);
  if (keys.length === 0) throw new RangeError('no signing secret is valid');
  const signature = webhookSignature(keys, { id: messageId, timestamp, body: delivery.payload });
  return (
    headerLine('webhook-id', messageId) +
    `webhook-timestamp: ${timestamp}\r\nwebhook-signature: ${signature}\r\nidempotency-key: ${messageId}\r\n` +
    `meridian-due-at: ${formatInstant(delivery.dueAt)}\r\nmeridian-attempt: ${attempt}\r\n` +
    (key === undefined ? '' : headerLine('meridian-key', toHeaderText(key))) +
    (traceparent === undefined ? '' : headerLine('traceparent', traceparent))
  );
};

/** A message's own header wins over the target's of the same name; ours win over both. */
const commonLines = (route: Route, { headers }: Delivery): string => {
  if (headers === undefined) return route.headerLines;
  return linesOf(new Map([...route.headers, ...lowerCased(headers), ...OWN_HEADERS]));
};

const linesOf = (headers: ReadonlyMap<string, string>): string => {
  let lines = '';
  for (const [name, value] of headers) {
    if (!NAME.test(name) || OF_THE_CONNECTION.has(name)) throw new TypeError(`${name} is no header of a message`);
    lines += headerLine(name, value);
  }
  return lines;
};

const headerLine = (name: string, value: string): string => {
  if (!VALUE.test(value)) throw new TypeError(`the value of ${name} is none for a header`);
  return `${name}: ${value}\r\n`;
};
