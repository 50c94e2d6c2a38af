import type { BatchSender, TextEntry } from '../ports/batch-sender.ts';
import type { Channel } from '../ports/channel.ts';
import { makeBatchChannel } from './batch-channel.ts';
import { textEntryBytes, toTextEntry } from './text-entry.ts';

/** What the bodies and attributes of one call may have together. */
export const MAX_QUEUE_BATCH_BYTES = 1_048_576;

/** Puts messages into a user's SQS queue. */
export const makeSqsChannel = (sender: BatchSender<TextEntry>): Channel =>
  makeBatchChannel(
    {
      kind: 'sqs',
      addressOf: ({ queueUrl }) => queueUrl,
      toEntry: toTextEntry,
      bytesOf: textEntryBytes,
      maxBytes: MAX_QUEUE_BATCH_BYTES,
      reasons: { refused: 'QUEUE_REFUSED', unavailable: 'QUEUE_UNAVAILABLE', unknown: 'QUEUE_UNKNOWN' },
    },
    sender,
  );
