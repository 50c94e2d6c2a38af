import type { BatchSender, TextEntry } from '../ports/batch-sender.ts';
import type { Channel } from '../ports/channel.ts';
import { makeBatchChannel } from './batch-channel.ts';
import { textEntryBytes, toTextEntry } from './text-entry.ts';

/** What the bodies and attributes of one call may have together, where the topic's owner has not set another limit. */
export const MAX_TOPIC_BATCH_BYTES = 262_144;

/** Publishes messages to a user's SNS topic; a subscriber of raw messages sees what a queue of kind `sqs` holds. */
export const makeSnsChannel = (sender: BatchSender<TextEntry>): Channel =>
  makeBatchChannel(
    {
      kind: 'sns',
      addressOf: ({ topicArn }) => topicArn,
      toEntry: toTextEntry,
      bytesOf: textEntryBytes,
      maxBytes: MAX_TOPIC_BATCH_BYTES,
      reasons: { refused: 'TOPIC_REFUSED', unavailable: 'TOPIC_UNAVAILABLE', unknown: 'TOPIC_UNKNOWN' },
    },
    sender,
  );
