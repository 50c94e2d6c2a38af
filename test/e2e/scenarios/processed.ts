import assert from 'node:assert/strict';
import { addTarget, PROMPTLY_MS } from '../messages.ts';
import { LATER_MS, MINUTE_MS, type Row } from '../processes.ts';
import type { Arrival } from '../receiver.ts';
import { sleepUntil, waitFor } from '../waiting.ts';
import type { Scenario, World } from '../world.ts';

const ELEMENTS = '/v1/processes/visits/elements';
const WATERMARK = '/v1/processes/visits/watermark';
const KEYS = ['a', 'b', 'c'];
/** An element that came twice would have put out its row again by then. */
const QUIET_MS = 3_000;

const rowsIn = ({ receiver }: World): readonly (Arrival & { readonly row: Row })[] =>
  receiver.arrivals
    .filter(({ path }) => path === '/visits')
    .map((arrival) => ({ ...arrival, row: JSON.parse(arrival.body) as Row }));

const EXPECTED = KEYS.flatMap((key) => [
  `${key} element 1`,
  `${key} element 2`,
  `${key} processing 2`,
  `${key} event 2`,
]).sort();

/** A process function with both kinds of timers, from elements over the API to rows at the receiver. */
export const processed: Scenario = {
  name: 'P13 P14 P15 a process function keeps state, and its timers fire once, none of them early',
  run: async (world) => {
    const { api } = world;
    await addTarget(world, 'visits');
    const minute = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS - 2 * MINUTE_MS;
    const timestamp = (n: number) => new Date(minute + n * 1000).toISOString();
    const body = [1, 2].flatMap((n) =>
      KEYS.map((key) => ({ key, id: `${key}${n}`, timestamp: timestamp(n), value: { secret: world.canary } })),
    );
    const fedAt = Date.now();
    const answer = await api.expect(202, ['POST', ELEMENTS], { body });
    assert.deepEqual(answer.body, { accepted: body.length, duplicates: 0, rejected: 0 });
    const again = await api.expect(202, ['POST', ELEMENTS], { body });
    assert.deepEqual(again.body, { accepted: 0, duplicates: body.length, rejected: 0 });
    const watermark = new Date(minute + MINUTE_MS).toISOString();
    await api.expect(202, ['POST', WATERMARK], { body: { partition: 'http', watermark } });
    await waitFor('rows of the process', PROMPTLY_MS, () => rowsIn(world).length >= EXPECTED.length || undefined);
    await sleepUntil(Date.now() + QUIET_MS);
    const rows = rowsIn(world);
    for (const { id } of rows) world.fates.set(id, 'sent');
    assert.deepEqual(rows.map(({ row }) => `${row.key} ${row.from} ${row.count}`).sort(), EXPECTED);
    for (const { row, atMs } of rows) {
      if (row.from === 'processing') assert.ok(atMs > fedAt + LATER_MS, 'a processing timer came early');
    }
    const view = await api.expect(200, ['GET', '/v1/processes/visits/keys/a']);
    assert.deepEqual([view.body.state.count, view.body.timers, view.body.pendingOutputs], [2, [], []]);
    return `${rows.length} rows of ${KEYS.length} keys`;
  },
};
