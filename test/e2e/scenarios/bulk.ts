import assert from 'node:assert/strict';
import { addTarget, allTaken, bulkCall, linesOf, postBulk } from '../messages.ts';
import type { Scenario } from '../world.ts';

const COUNT = 200;
const AHEAD_MS = 8_000;
const APART_MS = 20;

export const bulk: Scenario = {
  name: 'P3 a bulk that is posted twice arrives once, byte for byte',
  run: async (world) => {
    await addTarget(world, 'bulk');
    const fromMs = Date.now() + AHEAD_MS;
    const lines = { name: 'bulk', target: 'bulk', count: COUNT, dueAtMs: (n: number) => fromMs + n * APART_MS };
    const messages = await postBulk(world, lines);
    const again = await world.api.expect(202, ['POST', '/v1/messages'], bulkCall('bulk', linesOf(world, lines)));
    assert.equal(again.headers['idempotency-replayed'], 'true');
    assert.equal(again.body.items[COUNT - 1].id, messages.at(-1)?.id);
    const other = bulkCall('bulk', linesOf(world, { ...lines, count: 1 }));
    await world.api.expect(422, ['POST', '/v1/messages'], other);
    return await allTaken(world, messages);
  },
};
