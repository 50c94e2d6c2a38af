import assert from 'node:assert/strict';
import { addTarget, PROMPTLY_MS, postBulk } from '../messages.ts';
import { type OutcomeEvent, subscribe } from '../outcome-events.ts';
import { waitFor } from '../waiting.ts';
import type { Scenario } from '../world.ts';

const COUNT = 12;
const FIELDS = ['at', 'attempts', 'dueAt', 'id', 'reason', 'target'];

export const told: Scenario = {
  name: 'P23 P24 each message that is given up is an event on the bus of outcomes, without its payload',
  run: async (world) => {
    await addTarget(world, 'refusing');
    world.receiver.answer('/refusing', 404);
    const bus = await subscribe(world);
    const dueAtMs = Date.now() + 2_000;
    const bulk = { name: 'refused', target: 'refusing', count: COUNT, dueAtMs: () => dueAtMs };
    const messages = await postBulk(world, { ...bulk, fate: 'dead' });
    const ids = new Set(messages.map(({ id }) => id));
    // Other scenarios give messages up meanwhile.
    const found = new Map<unknown, OutcomeEvent>();
    await waitFor(`events of ${COUNT} dead messages`, PROMPTLY_MS, async () => {
      for (const event of await bus.take()) if (ids.has(String(event.detail.id))) found.set(event.detail.id, event);
      return found.size === COUNT || undefined;
    }).finally(bus.remove);
    for (const { 'detail-type': type, detail, text } of found.values()) {
      assert.deepEqual([type, detail.reason, detail.attempts], ['meridian.message.dead', 'HTTP_404', 1]);
      assert.deepEqual(Object.keys(detail).sort(), FIELDS);
      assert.ok(!text.includes(world.canary), 'a payload stands in an event');
    }
    return `${found.size} events`;
  },
};
