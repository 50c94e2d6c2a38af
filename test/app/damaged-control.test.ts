import { describe, expect, test } from 'vitest';
import { DamagedRecord } from '../../shared/app/damaged-record.ts';
import { epochMs } from '../../shared/core/time/epoch.ts';
import type { Item } from '../../shared/ports/item-store.ts';
import { MORNING, makeReadyApi } from '../support/api.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, bulk, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

/** Changes the last character of an item's text, as a flipped bit would. */
const flip = async (world: World, which: (item: Item) => boolean): Promise<void> => {
  const item = world.store.items().find(which);
  if (!item) throw new Error('there is no such item');
  await world.during(world.bareStore.put({ ...item, doc: `${item.doc?.slice(0, -1)}|` }, 'any'));
};

const isCursor = ({ pk }: Item): boolean => pk === 'cursor';

describe('F51 a damaged cursor', () => {
  test('C4 starts again with the oldest bucket that is kept: nothing is lost, sent twice or late, and the counts add up', async () => {
    const world = makeWorld({ shards: 2 });
    const settled = await accept(
      world,
      [0, 1, 2].map((n) => message(WORLD_START + 7 * MINUTE + n, n)),
    );
    await world.runUntil(DUE - 30_000);
    const opened = await accept(
      world,
      [0, 1, 2].map((n) => message(DUE + 500 * n, n)),
    );
    const closed = await accept(
      world,
      [0, 1, 2].map((n) => message(DUE + 20 * MINUTE + n, n)),
    );
    await flip(world, isCursor);
    const keyed = await put(world, 'k', message(DUE + 21 * MINUTE, 'k'));
    await world.runUntil(DUE + 25 * MINUTE);
    const ids = [...settled, ...opened, ...closed, keyed.id];
    expect(world.failures).toEqual([]);
    expect(await tally(world, ids)).toEqual({ sent: ids.length });
    expect([...timesOf(world).values()]).toEqual(ids.map(() => 1));
    expect(Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt))).toBe(0);
    expect(world.telemetry.notes.filter(({ event }) => event === 'cursor.damaged').length).toBe(1);
    const { counts, settledThrough } = await world.during(world.status.status());
    expect(counts).toMatchObject({ accepted: ids.length, sent: ids.length, pending: 0 });
    expect(settledThrough).toBeGreaterThan(DUE + 21 * MINUTE);
  });

  test('P1 hints that were lost with it are sent again', async () => {
    const world = makeWorld({ shards: 1 });
    const ids = await accept(world, [message(DUE, 'a')]);
    await world.runUntil(DUE - 2 * MINUTE);
    for (const { id } of world.queue.receive(epochMs(DUE))) world.queue.remove(id);
    await flip(world, isCursor);
    await world.runUntil(DUE + 3 * MINUTE);
    expect(await tally(world, ids)).toEqual({ sent: 1 });
  });
});

describe('F51 a damaged record of an idempotency key', () => {
  const call = [0, 1, 2].map((n) => message(DUE + n, n));

  test('refuses the repeated call, which might store everything again, and no other', async () => {
    const world = makeWorld();
    await world.during(bulk(world, call, 'once'));
    await flip(world, ({ pk }) => pk === 'idempotency#once');
    await expect(world.during(bulk(world, call, 'once'))).rejects.toThrow(DamagedRecord);
    await world.during(bulk(world, call, 'other'));
    await world.runUntil(DUE + MINUTE);
    expect(world.arrivals.length).toBe(6);
  });

  test('is told as what it is, without the key', async () => {
    const api = await makeReadyApi();
    const request = { headers: { 'idempotency-key': 'jane@example.com' }, body: MORNING };
    expect(await api.request('POST', '/v1/messages', request)).toMatchObject({ status: 202 });
    const record = api.store.items().find(({ pk }) => pk.startsWith('idempotency#'));
    if (!record) throw new Error('no record');
    await api.store.put({ ...record, doc: '{' }, 'any');
    const answer = await api.request('POST', '/v1/messages', request);
    expect(answer).toMatchObject({ status: 500, body: { code: 'STORED_ITEM_DAMAGED' } });
    expect(JSON.stringify([answer, api.telemetry.notes])).not.toContain('jane');
  });
});

describe('F51 a damaged target', () => {
  test('is there no more, so that nothing goes to a wrong address, until it is put again', async () => {
    const api = await makeReadyApi();
    const item = api.store.items().find(({ pk }) => pk === 'targets');
    if (!item) throw new Error('no target');
    const doc = item.doc?.replace('"none"', '"nome"') ?? '';
    expect(doc).not.toBe(item.doc);
    await api.store.put({ ...item, doc }, 'any');
    expect(await api.request('PUT', '/v1/messages/k', { body: MORNING })).toMatchObject({
      status: 422,
      body: { code: 'UNKNOWN_TARGET' },
    });
    expect(await api.request('GET', '/v1/targets')).toMatchObject({ status: 200, body: { items: [] } });
    expect(await api.request('PUT', '/v1/targets/push', { body: { kind: 'none' } })).toMatchObject({ status: 200 });
    await api.clock.advanceTo(epochMs(api.clock.now() + MINUTE));
    expect(await api.request('PUT', '/v1/messages/k', { body: MORNING })).toMatchObject({ status: 202 });
  });
});
