import type { TextEntry } from '../../ports/batch-sender.ts';

/** What `encodeURIComponent` leaves although a form has it encoded. */
const LEFT = /[!'()*]/g;

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(LEFT, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

/** The form of a PublishBatch call; the id of an entry is its index. Lists in it count from 1. */
export const batchForm = (
  topicArn: string,
  entries: readonly { readonly index: number; readonly entry: TextEntry }[],
): string => {
  const isFifo = topicArn.endsWith('.fifo');
  const pairs = ['Action=PublishBatch', 'Version=2010-03-31', `TopicArn=${encoded(topicArn)}`];
  for (const [at, { index, entry }] of entries.entries()) {
    const member = `PublishBatchRequestEntries.member.${at + 1}`;
    const fifo = { MessageGroupId: entry.groupId, MessageDeduplicationId: entry.deduplicationId };
    const fields = { Id: String(index), Message: entry.body, ...(isFifo && fifo), ...attributesOf(entry) };
    for (const [name, value] of Object.entries(fields)) pairs.push(`${member}.${name}=${encoded(value)}`);
  }
  return pairs.join('&');
};

const attributesOf = ({ attributes }: TextEntry): Record<string, string> =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value], n) => {
      const attribute = `MessageAttributes.entry.${n + 1}`;
      return [
        [`${attribute}.Name`, name],
        [`${attribute}.Value.DataType`, 'String'],
        [`${attribute}.Value.StringValue`, value],
      ];
    }),
  );
