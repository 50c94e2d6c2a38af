import assert from 'node:assert/strict';
import { addTarget, allTaken, inState, postBulk, putKeyed } from '../messages.ts';
import type { Scenario, World } from '../world.ts';

const TARGET = 'changes';
/** A busy machine takes seconds for a call, and a change counts until 2 s before a message is due. */
const AHEAD_MS = 20_000;

async function cancelled(world: World, dueAtMs: number): Promise<void> {
  const keyed = await putKeyed(world, 'cancelled', { target: TARGET, dueAtMs, fate: 'cancelled' });
  const { body } = await world.api.expect(200, ['DELETE', '/v1/messages/cancelled']);
  assert.equal(body.state, 'cancelled');
  const [one] = await postBulk(world, {
    name: 'cancelled-bulk',
    target: TARGET,
    count: 1,
    dueAtMs: () => dueAtMs,
    fate: 'cancelled',
  });
  assert.ok(one);
  await world.api.expect(200, ['DELETE', `/v1/messages/${one.id}`]);
  await inState(world, keyed, 'cancelled');
  await inState(world, one, 'cancelled');
}

/** Puts a message twice; only the second one is to arrive. */
async function moved(world: World, key: string, [fromMs, toMs]: readonly [number, number]) {
  await putKeyed(world, key, { target: TARGET, dueAtMs: fromMs, fate: 'cancelled' });
  const message = await putKeyed(world, key, { target: TARGET, dueAtMs: toMs });
  assert.equal(message.answer.body.replaced, true);
  return message;
}

/** That what was cancelled or moved never arrives is judged at the end, when nothing can come any more. */
export const changes: Scenario = {
  name: 'P9 what was cancelled or moved in time does not fire, what it was moved to does',
  run: async (world) => {
    await addTarget(world, TARGET);
    await cancelled(world, Date.now() + AHEAD_MS);
    const now = Date.now();
    const said = await allTaken(world, [
      await moved(world, 'moved-back', [now + AHEAD_MS, now + AHEAD_MS + 5_000]),
      await moved(world, 'moved-ahead', [now + 90_000, now + AHEAD_MS]),
    ]);
    await world.api.expect(409, ['DELETE', '/v1/messages/moved-ahead']);
    return `2 cancelled, ${said}`;
  },
};
