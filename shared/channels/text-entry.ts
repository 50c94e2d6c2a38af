import type { TextEntry } from '../ports/batch-sender.ts';
import type { Delivery } from '../ports/channel.ts';
import { attributesOf, BASE64, userHeaders } from './attributes.ts';
import { base64Text, legalText } from './payload-text.ts';

/**
 * A message as it lies in a user's queue or goes through a user's topic. The body is the payload as it was sent; a
 * payload that SQS would refuse is base64 and marked by the attribute `meridian-encoding: base64`. The headers of the
 * message and its target are one attribute, `meridian-headers`, as JSON, because SQS takes ten attributes and users
 * have twenty headers.
 */
export const toTextEntry = (delivery: Delivery, targetHeaders: Readonly<Record<string, string>>): TextEntry => {
  const { messageId, payload } = delivery;
  const text = legalText(payload);
  const headers = userHeaders(delivery, targetHeaders);
  return {
    body: text ?? base64Text(payload),
    attributes: {
      ...attributesOf(delivery),
      ...(text === undefined && BASE64),
      ...(headers !== undefined && { 'meridian-headers': JSON.stringify(headers) }),
    },
    groupId: messageId,
    deduplicationId: messageId,
  };
};

/** As SQS and SNS count: body, and name, type and value of each attribute. */
export const textEntryBytes = ({ body, attributes }: TextEntry): number => {
  let bytes = Buffer.byteLength(body);
  for (const [name, value] of Object.entries(attributes)) {
    bytes += name.length + 'String'.length + Buffer.byteLength(value);
  }
  return bytes;
};
