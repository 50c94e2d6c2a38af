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
  readonly path: string;
  readonly timeoutMs: number;
  readonly retryOn: readonly number[];
  readonly headers: ReadonlyMap<string, string>;
  /** `headers` as undici takes them: name, value, name, value, … */
  readonly flatHeaders: readonly string[];
  readonly keys: readonly { readonly key: KeyObject; readonly until: EpochMs }[];
};

const OWN_HEADERS: readonly (readonly [string, string])[] = [
  ['content-type', 'application/json'],
  // What a receiver packs would only have to be unpacked, and could be a bomb.
  ['accept-encoding', 'identity'],
];
const USER_AGENT = ['user-agent', 'meridian'] as const;

const FOREVER = epochMs(Number.MAX_SAFE_INTEGER);

/** Throws where the target is none for http, has a malformed URL or secret, or no secret at all (P22). */
export const makeRoute = (target: Target): Route => {
  if (target.destination.kind !== 'http') throw new TypeError(`${target.name} is no http target`);
  const url = new URL(target.destination.url);
  const headers = new Map([USER_AGENT, ...lowerCased(target.headers), ...OWN_HEADERS]);
  return {
    origin: url.origin,
    path: url.pathname + url.search,
    timeoutMs: target.timeoutMs,
    retryOn: target.retry.retryOn ?? [],
    headers,
    flatHeaders: [...headers].flat(),
    keys: target.destination.secrets.map(toKey),
  };
};

const toKey = ({ secret, until = FOREVER }: SigningSecret) => ({ key: signingKey(secret), until });

const lowerCased = (headers: Readonly<Record<string, string>>): [string, string][] =>
  Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);

/** The headers of one attempt at `now`, as undici takes them; throws where no signing secret is valid any more. */
export const requestHeaders = (route: Route, delivery: Delivery, now: EpochMs): string[] => {
  const { messageId, attempt, key, traceparent } = delivery;
  const timestamp = Math.floor(now / 1000);
  const keys = route.keys.filter(({ until }) => until > now).map((signing) => signing.key);
  if (keys.length === 0) throw new RangeError('no signing secret is valid');
  const headers = [
    ...commonHeaders(route, delivery),
    'webhook-id',
    messageId,
    'webhook-timestamp',
    String(timestamp),
    'webhook-signature',
    webhookSignature(keys, { id: messageId, timestamp, body: delivery.payload }),
    'idempotency-key',
    messageId,
    'meridian-due-at',
    formatInstant(delivery.dueAt),
    'meridian-attempt',
    String(attempt),
  ];
  if (key !== undefined) headers.push('meridian-key', toHeaderText(key));
  if (traceparent !== undefined) headers.push('traceparent', traceparent);
  return headers;
};

/** A message's own header wins over the target's of the same name; ours win over both. */
const commonHeaders = (route: Route, { headers }: Delivery): readonly string[] => {
  if (headers === undefined) return route.flatHeaders;
  return [...new Map([...route.headers, ...lowerCased(headers), ...OWN_HEADERS])].flat();
};
