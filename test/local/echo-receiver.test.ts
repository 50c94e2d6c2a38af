import { afterEach, beforeEach, expect, test } from 'vitest';
import { signingKey, webhookSignature } from '../../shared/channels/standard-webhooks.ts';
import { type EchoDelivery, type EchoReceiver, startEchoReceiver } from '../../shared/local/echo-receiver.ts';
import { until } from './receiver.ts';

const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const BODY = '{"text":"Good morning"}';

let receiver: EchoReceiver;
const deliveries: EchoDelivery[] = [];

beforeEach(async () => {
  deliveries.length = 0;
  receiver = await startEchoReceiver({
    secrets: async () => [SECRET],
    onDelivery: (delivery) => deliveries.push(delivery),
  });
});

afterEach(() => receiver.close());

const send = async (more: Record<string, string>): Promise<EchoDelivery | undefined> => {
  const timestamp = Math.floor(Date.now() / 1000);
  const signed = { id: 'msg_1', timestamp, body: Buffer.from(BODY) };
  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(timestamp),
    'webhook-signature': webhookSignature([signingKey(SECRET)], signed),
    'meridian-due-at': new Date(Date.now() - 25).toISOString(),
    'meridian-attempt': '2',
    ...more,
  };
  expect((await fetch(receiver.url, { method: 'POST', headers, body: BODY })).status).toBe(204);
  await until(() => deliveries.length > 0, 1_000);
  return deliveries[0];
};

test('tells of a delivery what its headers say, and how late it is', async () => {
  const delivery = await send({ 'meridian-key': 'driver-42' });
  expect(delivery).toMatchObject({ id: 'msg_1', key: 'driver-42', attempt: 2, signature: 'valid' });
  expect(delivery?.body.toString()).toBe(BODY);
  expect(delivery?.latenessMs).toBeGreaterThanOrEqual(25);
  expect(delivery?.latenessMs).toBeLessThan(1_000);
});

test.each([
  ['of another message', { 'webhook-id': 'msg_2' }, 'wrong-signature'],
  ['of another hour', { 'webhook-timestamp': '1614265330' }, 'wrong-time'],
  ['that is none', { 'webhook-signature': 'v1,nonsense' }, 'wrong-signature'],
])('says so of a signature %s', async (_name, headers, verdict) => {
  expect(await send(headers)).toMatchObject({ signature: verdict });
});
