import { toHeaderText } from '../core/delivery/header-text.ts';
import { formatInstant } from '../core/time/instant.ts';
import type { Delivery } from '../ports/channel.ts';
import type { QueueEntry } from '../ports/queue-sender.ts';

/** What an SQS body may not hold (I8); U+0000 to U+001F stand in JSON as escapes, U+FFFE and U+FFFF stand there raw. */
const ILLEGAL = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A byte-order mark is a part of the payload. */
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * A message as it lies in a user's queue. The body is the payload as it was sent; a payload that SQS would refuse is
 * base64 and marked by the attribute `meridian-encoding: base64`. The headers of the message and its target are one
 * attribute, `meridian-headers`, as JSON, because SQS takes ten attributes and users have twenty headers.
 */
export const toQueueEntry = (delivery: Delivery, targetHeaders: Readonly<Record<string, string>>): QueueEntry => {
  const { messageId, key, traceparent } = delivery;
  const text = legalText(delivery.payload);
  const headers = { ...targetHeaders, ...delivery.headers };
  return {
    body: text ?? Buffer.from(delivery.payload).toString('base64'),
    attributes: {
      'webhook-id': messageId,
      'idempotency-key': messageId,
      'meridian-due-at': formatInstant(delivery.dueAt),
      'meridian-attempt': String(delivery.attempt),
      ...(text === undefined && { 'meridian-encoding': 'base64' }),
      ...(key !== undefined && { 'meridian-key': toHeaderText(key) }),
      ...(traceparent !== undefined && { traceparent }),
      ...(Object.keys(headers).length > 0 && { 'meridian-headers': JSON.stringify(headers) }),
    },
    groupId: messageId,
    deduplicationId: messageId,
  };
};

const legalText = (payload: Uint8Array): string | undefined => {
  try {
    const text = utf8.decode(payload);
    return ILLEGAL.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
};
