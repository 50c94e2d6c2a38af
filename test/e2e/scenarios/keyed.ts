import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { addTarget, allTaken, arrivalsOf, inState, putKeyed } from '../messages.ts';
import type { Arrival } from '../receiver.ts';
import type { Scenario } from '../world.ts';

const SECRET_PREFIX = 'whsec_';

/** By the text of Standard Webhooks 1.0, not by our own code for it. */
function signatureOf(secret: string, { headers, body }: Arrival): string {
  const key = Buffer.from(secret.slice(SECRET_PREFIX.length), 'base64');
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`;
}

export const keyed: Scenario = {
  name: 'P2 P22 a keyed message arrives, signed, and says so',
  run: async (world) => {
    const secret = await addTarget(world, 'keyed');
    const message = await putKeyed(world, 'driver-42', { target: 'keyed', dueAtMs: Date.now() + 4_000 });
    const said = await allTaken(world, [message]);
    const [arrival] = arrivalsOf(world, message);
    assert.ok(arrival);
    assert.equal(arrival.headers['webhook-signature'], signatureOf(secret, arrival));
    assert.equal(arrival.headers['meridian-key'], 'driver-42');
    const view = await inState(world, message, 'sent');
    assert.equal(view.attempts, 1);
    const { body } = await world.api.expect(200, ['GET', '/v1/messages/driver-42/explain']);
    assert.ok(body.decisions.length >= 3, 'explain says less than it should');
    return said;
  },
};
