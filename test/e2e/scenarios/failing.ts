import assert from 'node:assert/strict';
import { addTarget, allTaken, arrivalsOf, inState, PROMPTLY_MS, postBulk, putKeyed } from '../messages.ts';
import { waitFor } from '../waiting.ts';
import type { Scenario } from '../world.ts';

const COUNT = 5;
const ATTEMPTS = 3;
const RETRY = { maxAttempts: ATTEMPTS, schedule: ['PT1S'] };

export const retried: Scenario = {
  name: 'P4 a failed attempt is repeated with the same id',
  run: async (world) => {
    await addTarget(world, 'flaky', { retry: RETRY });
    world.receiver.answer('/flaky', 503);
    const message = await putKeyed(world, 'flaky', { target: 'flaky', dueAtMs: Date.now() + 2_000 });
    await waitFor('the first attempt', PROMPTLY_MS, () => arrivalsOf(world, message)[0]);
    world.receiver.answer('/flaky', 204);
    await allTaken(world, [message]);
    const { attempts } = await inState(world, message, 'sent');
    assert.ok(attempts >= 2, `it took ${attempts} attempts`);
    assert.deepEqual(
      arrivalsOf(world, message).map(({ attempt }) => attempt),
      Array.from({ length: attempts }, (_, n) => n + 1),
    );
    return `${attempts} attempts`;
  },
};

export const redriven: Scenario = {
  name: 'P10 P11 a failing target ends in dead letters, and a redrive sends them',
  run: async (world) => {
    const { api, receiver } = world;
    await addTarget(world, 'down', { retry: RETRY });
    receiver.answer('/down', 500);
    const fromMs = Date.now() + 2_000;
    const messages = await postBulk(world, { name: 'down', target: 'down', count: COUNT, dueAtMs: () => fromMs });
    for (const message of messages) await inState(world, message, 'dead');
    const query = { target: 'down', limit: '100' };
    const { body } = await api.expect(200, ['GET', '/v1/dead-letters'], { query });
    assert.deepEqual(
      body.items.map(({ id }: { readonly id: string }) => id).toSorted(),
      messages.map(({ id }) => id).toSorted(),
    );
    const [letter] = body.items;
    assert.deepEqual([letter.reason, letter.attempts, letter.lastStatus], ['HTTP_500', ATTEMPTS, 500]);
    receiver.answer('/down', 204);
    const redrive = await api.expect(202, ['POST', '/v1/dead-letters/redrive'], { body: { target: 'down' } });
    assert.equal(redrive.body.redriven, COUNT);
    await allTaken(world, messages, PROMPTLY_MS);
    for (const message of messages) await inState(world, message, 'sent');
    return `${COUNT} dead after ${ATTEMPTS} attempts each, then sent`;
  },
};
