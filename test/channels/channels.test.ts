import { afterEach, describe, expect, it } from 'vitest';
import { type Channels, type ChannelsOptions, makeChannels } from '../../shared/channels/channels.ts';
import type { Destination } from '../../shared/core/delivery/target.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Delivery, Outcome } from '../../shared/ports/channel.ts';
import type { LogFields } from '../../shared/ports/telemetry.ts';
import { failed, outcomesOf, targetTo } from './deliveries.ts';

const SECRET_PAYLOAD = '{"card":"4111-1111-1111-1111"}';

let notes: [string, string, LogFields | undefined][] = [];
let channels: Channels | undefined;
afterEach(async () => {
  await channels?.http.close();
  notes = [];
});

const takesAll = { sendBatch: () => Promise.resolve([]) };

const open = (services: Partial<ChannelsOptions> = SERVICES): Channels => {
  channels = makeChannels({
    clock: { now: () => epochMs(0), sleepUntil: () => Promise.resolve() },
    allow: [],
    queueSender: takesAll,
    telemetry: { count: () => undefined, lateness: () => undefined, note: (...note) => notes.push(note as never) },
    ...services,
  });
  return channels;
};

const SERVICES: Partial<ChannelsOptions> = {
  topicSender: takesAll,
  eventSender: takesAll,
  functionInvoker: { invoke: () => Promise.resolve({ kind: 'returned' }) },
};

const deliveries = (count: number): Delivery[] =>
  Array.from({ length: count }, (_, n) => ({
    messageId: `msg_${n}`,
    key: 'person@example.com',
    payload: Buffer.from(SECRET_PAYLOAD),
    headers: { 'x-token': 'hunter2' },
    dueAt: epochMs(1000),
    attempt: 1,
  }));

const DESTINATIONS: Destination[] = [
  { kind: 'http', url: 'https://127.0.0.1/', secrets: [{ secret: `whsec_${'a'.repeat(32)}` }] },
  { kind: 'sqs', queueUrl: 'https://sqs.example.com/1/q' },
  { kind: 'sns', topicArn: 'arn:aws:sns:eu-west-1:123456789012:t' },
  { kind: 'eventbridge', eventBus: 'b', source: 's', detailType: 't' },
  { kind: 'lambda', functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f' },
  { kind: 'log' },
  { kind: 'none' },
];

describe.each(DESTINATIONS)('the channel of $kind', (destination) => {
  it('reports each delivery once', async () => {
    const outcomes: Outcome[] = [];
    await open()[destination.kind].send(targetTo(destination), deliveries(25), (index, outcome) => {
      expect(outcomes[index]).toBeUndefined();
      outcomes[index] = outcome;
    });
    const kind = destination.kind === 'http' ? 'failed' : 'sent';
    expect(Array.from(outcomes, (outcome) => outcome.kind)).toEqual(Array(25).fill(kind));
  });

  it('P23: shows nothing of the payload, the key or the headers', async () => {
    const outcomes: Outcome[] = [];
    await open()[destination.kind].send(targetTo(destination), deliveries(3), (_index, outcome) =>
      outcomes.push(outcome),
    );
    expect(JSON.stringify([outcomes, notes])).not.toMatch(/4111|hunter2|person/);
  });
});

it.each(['sns', 'eventbridge', 'lambda'] as const)(
  'F41: %s without an endpoint says so, and can be tried again',
  async (kind) => {
    const destination = DESTINATIONS.find((known) => known.kind === kind) as Destination;
    expect(await outcomesOf(open({})[kind], targetTo(destination), deliveries(2))).toEqual(
      Array(2).fill(failed('NO_ENDPOINT', true, false)),
    );
  },
);

it('the log has one note a message', async () => {
  await open().log.send(targetTo({ kind: 'log' }, { name: 'audit' }), deliveries(2), () => undefined);
  const fields = { target: 'audit', dueAt: '1970-01-01T00:00:01.000Z', attempt: 1, bytes: SECRET_PAYLOAD.length };
  expect(notes).toEqual([
    ['info', 'message delivered to the log', { ...fields, id: 'msg_0' }],
    ['info', 'message delivered to the log', { ...fields, id: 'msg_1' }],
  ]);
});

it('none has reported all before it returns', () => {
  let reported = 0;
  void open().none.send(targetTo({ kind: 'none' }), deliveries(100), () => {
    reported += 1;
  });
  expect(reported).toBe(100);
});
