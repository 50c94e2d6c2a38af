import type { EventEntry, TextEntry } from '../../shared/ports/batch-sender.ts';

/** A message for a standard queue or topic, which carries `text` in its body and in an attribute. */
export const textEntry = (text: string): TextEntry => ({
  body: text,
  attributes: { 'webhook-id': 'msg_1', 'meridian-headers': JSON.stringify({ text }) },
  groupId: '',
  deduplicationId: '',
});

/** A message for an event bus, which carries `text` in its detail. */
export const eventEntry = (text: string): EventEntry => ({
  source: 'meridian',
  detailType: 'Message',
  detail: JSON.stringify({ 'webhook-id': 'msg_1', payload: { text } }),
});
