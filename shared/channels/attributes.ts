import { toHeaderText } from '../core/delivery/header-text.ts';
import { formatInstant } from '../core/time/instant.ts';
import type { Delivery } from '../ports/channel.ts';

/** What says that a payload which is no legal text or no JSON went out as base64. */
export const BASE64: Readonly<Record<string, string>> = { 'meridian-encoding': 'base64' };

/** What goes along with a message where it is no request of HTTP, under the names that the headers have there. */
export const attributesOf = ({
  messageId,
  key,
  dueAt,
  attempt,
  traceparent,
}: Delivery): Readonly<Record<string, string>> => ({
  'webhook-id': messageId,
  'idempotency-key': messageId,
  'meridian-due-at': formatInstant(dueAt),
  'meridian-attempt': String(attempt),
  ...(key !== undefined && { 'meridian-key': toHeaderText(key) }),
  ...(traceparent !== undefined && { traceparent }),
});

/** The headers that users gave to the target and the message; a message's own wins. `undefined` where there are none. */
export const userHeaders = (
  { headers }: Delivery,
  targetHeaders: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined => {
  const merged = { ...targetHeaders, ...headers };
  return Object.keys(merged).length > 0 ? merged : undefined;
};
