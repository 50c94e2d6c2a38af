import type { Operation } from '../operation.ts';

const ID = 'msg_EAABxvIRAAAAAAAA-KlmnopqrstAA';
const MESSAGE = {
  target: 'push',
  local: '2026-11-22T09:00',
  timeZone: 'Asia/Tokyo',
  payload: { text: 'Good morning' },
};
const IDENTITY = { key: 'driver-42', id: ID, state: 'pending', dueAt: '2026-11-22T00:00:00.000Z' };
const ZONE = { timeZone: 'Asia/Tokyo', local: '2026-11-22T09:00', tzVersion: '2026c' };
const VIEW = { ...IDENTITY, ...ZONE, target: 'push', attempts: 0 };
const LINES = [
  { id: 'u1', target: 'push', at: '2026-11-22T00:00:00Z', payload: { text: 'Good morning' } },
  { id: 'u2', target: 'push', local: '2026-11-22T09:00', timeZone: 'Europe/Pariss', payload: { text: 'Bonjour' } },
];
const BULK_ANSWER = {
  accepted: 1,
  rejected: 1,
  items: [
    { id: ID, ref: 'u1', dueAt: '2026-11-22T00:00:00.000Z' },
    {
      ref: 'u2',
      error: {
        code: 'UNKNOWN_TIME_ZONE',
        pointer: '/timeZone',
        detail: '"Europe/Pariss" is not in the IANA database.',
      },
    },
  ],
};

export const messageOperations = {
  putMessage: {
    method: 'PUT',
    path: '/v1/messages/{key}',
    tag: 'Messages',
    summary: 'Schedule the one message of a key',
    description:
      'Where one is pending already, it is moved or replaced. The old one never fires if this is answered 2 s before it was due. Receivers get the key in `meridian-key`, percent-encoded UTF-8 where it is not visible ASCII, and for `%` itself.',
    headers: { traceparent: { description: 'W3C trace context, handed on to the receiver.', required: false } },
    body: { 'application/json': { schemas: ['KeyedMessage'], example: MESSAGE } },
    answers: {
      202: { description: 'Accepted', schema: 'AcceptedMessage', example: { ...IDENTITY, replaced: false, ...ZONE } },
    },
    problems: [409, 413, 415, 422],
  },
  getMessage: {
    method: 'GET',
    path: '/v1/messages/{key}',
    tag: 'Messages',
    summary: 'Show a message by key or id',
    answers: { 200: { description: 'The message', schema: 'Message', example: VIEW } },
    problems: [],
  },
  deleteMessage: {
    method: 'DELETE',
    path: '/v1/messages/{key}',
    tag: 'Messages',
    summary: 'Cancel a message by key or id',
    answers: { 200: { description: 'Cancelled', schema: 'Message', example: { ...VIEW, state: 'cancelled' } } },
    problems: [409],
  },
  explainMessage: {
    method: 'GET',
    path: '/v1/messages/{key}/explain',
    tag: 'Messages',
    summary: 'Every decision about a message, in order',
    answers: {
      200: {
        description: 'The message and its decisions',
        schema: 'Explanation',
        example: { ...VIEW, decisions: [{ step: 'resolved', detail: { timeZone: 'Asia/Tokyo' } }] },
      },
    },
    problems: [],
  },
  postMessages: {
    method: 'POST',
    path: '/v1/messages',
    tag: 'Messages',
    summary: 'Schedule many messages',
    description:
      'One object, an array, or one message a line (NDJSON; blank lines count for nothing). A single bad object is refused as a whole; among many, the bad ones are answered in their place and the good ones accepted. A repeated call with the same key and body answers the same again.',
    headers: {
      'Idempotency-Key': {
        description: '1–255 printable ASCII characters; a new one for each different body.',
        required: true,
      },
      Prefer: { description: '`return=minimal` leaves `items` out of the answer (RFC 7240).', required: false },
      traceparent: { description: 'W3C trace context for the messages that bring none.', required: false },
    },
    body: {
      'application/json': { schemas: ['BulkMessage', 'BulkMessages'], example: LINES },
      'application/x-ndjson': { schemas: [], example: LINES.map((line) => `${JSON.stringify(line)}\n`).join('') },
    },
    answers: {
      202: {
        description: 'Accepted, as far as `accepted` says',
        schema: 'BulkAnswer',
        example: BULK_ANSWER,
        headers: {
          'Idempotency-Replayed': '`true` where an earlier call with this key was answered again.',
          'Preference-Applied': '`return=minimal` where that was asked for.',
        },
      },
    },
    problems: [409, 413, 415, 422],
  },
} as const satisfies Record<string, Operation>;
