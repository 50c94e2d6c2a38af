import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { EpochMs } from '../core/time/epoch.ts';

/** What Standard Webhooks 1.0 signs: id, attempt time in whole seconds and body, joined by dots. */
export type SignedContent = { readonly id: string; readonly timestamp: number; readonly body: Uint8Array };

export type WebhookVerdict = 'valid' | 'missing-header' | 'wrong-time' | 'wrong-signature';

const SECRET = /^whsec_([A-Za-z0-9+/]+={0,2})$/;
const VERSION = 'v1,';
const DEFAULT_TOLERANCE_MS = 5 * 60 * 1000;

/**
 * The key within a secret (`whsec_` + base64). Throws RangeError for another form, without showing the secret.
 * Keep the key: signing with a key object takes 2 µs, with plain bytes 11 µs.
 */
export const signingKey = (secret: string): KeyObject => {
  const encoded = SECRET.exec(secret)?.[1];
  if (encoded === undefined) throw new RangeError('a signing secret must be "whsec_" and base64');
  return createSecretKey(encoded, 'base64');
};

/** The value of `webhook-signature`: one signature per key, separated by spaces. */
export const webhookSignature = (keys: readonly KeyObject[], { id, timestamp, body }: SignedContent): string => {
  const head = `${id}.${timestamp}.`;
  let value = '';
  for (const key of keys) {
    value += `${value === '' ? '' : ' '}${VERSION}${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
  }
  return value;
};

/**
 * What a receiver checks: any `v1` signature matches any of its secrets, and the time is within `toleranceMs`
 * (5 minutes by default) of `now`. Header names are in lower case.
 */
export const verifyWebhook = (
  secrets: readonly string[],
  request: { readonly headers: Readonly<Record<string, unknown>>; readonly body: Uint8Array },
  { now, toleranceMs = DEFAULT_TOLERANCE_MS }: { readonly now: EpochMs; readonly toleranceMs?: number },
): WebhookVerdict => {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures } = request.headers;
  if (typeof id !== 'string' || typeof time !== 'string' || typeof signatures !== 'string') return 'missing-header';
  const timestamp = /^\d{1,12}$/.test(time) ? Number(time) : Number.NaN;
  if (!(Math.abs(timestamp * 1000 - now) <= toleranceMs)) return 'wrong-time';
  const content = { id, timestamp, body: request.body };
  const expected = secrets.map((secret) => webhookSignature([signingKey(secret)], content));
  return signatures.split(' ').some((given) => expected.some((wanted) => isSame(given, wanted)))
    ? 'valid'
    : 'wrong-signature';
};

const isSame = (given: string, wanted: string): boolean => {
  const left = Buffer.from(given);
  const right = Buffer.from(wanted);
  return left.length === right.length && timingSafeEqual(left, right);
};
