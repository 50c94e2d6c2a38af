import type { BatchSender, EventEntry } from '../ports/batch-sender.ts';
import type { Channel, Delivery } from '../ports/channel.ts';
import { attributesOf, BASE64, userHeaders } from './attributes.ts';
import { makeBatchChannel } from './batch-channel.ts';
import { base64Text, jsonText } from './payload-text.ts';

/** The entries of one call must have less than 1 MB together, whichever megabyte that is. */
export const MAX_BUS_BATCH_BYTES = 999_999;

/** Puts messages onto a user's event bus, where rules can match all that is in them. */
export const makeEventBridgeChannel = (sender: BatchSender<EventEntry>): Channel =>
  makeBatchChannel(
    {
      kind: 'eventbridge',
      addressOf: ({ eventBus }) => eventBus,
      toEntry: (delivery, targetHeaders, { source, detailType }) => ({
        source,
        detailType,
        detail: detailOf(delivery, targetHeaders),
      }),
      bytesOf: ({ source, detailType, detail }) =>
        Buffer.byteLength(source) + Buffer.byteLength(detailType) + Buffer.byteLength(detail),
      maxBytes: MAX_BUS_BATCH_BYTES,
      reasons: { refused: 'BUS_REFUSED', unavailable: 'BUS_UNAVAILABLE', unknown: 'BUS_UNKNOWN' },
    },
    sender,
  );

/** The payload's own text goes in, so that no number in it is rounded. */
const detailOf = (delivery: Delivery, targetHeaders: Readonly<Record<string, string>>): string => {
  const json = jsonText(delivery.payload);
  const headers = userHeaders(delivery, targetHeaders);
  const beside = JSON.stringify({
    ...attributesOf(delivery),
    ...(json === undefined && BASE64),
    ...(headers !== undefined && { 'meridian-headers': headers }),
  });
  return `${beside.slice(0, -1)},"payload":${json ?? JSON.stringify(base64Text(delivery.payload))}}`;
};
