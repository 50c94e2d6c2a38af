import { randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { NewMessage } from '../../shared/core/message/new-message.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { Around, Seams } from '../support/seams.ts';
import { storeThrough } from '../support/seams.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

const lateness = (world: World): number => Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt));

const many = (count: number, of: (n: number) => NewMessage): NewMessage[] =>
  Array.from({ length: count }, (_, n) => of(n));

const expectEachOnce = (world: World, ids: readonly string[]): void => {
  expect(world.failures).toEqual([]);
  expect(world.arrivals.length).toBe(ids.length);
  expect(new Set(timesOf(world).keys())).toEqual(new Set(ids));
};

test('P10 a target that only a later page names is looked up before its message is judged', async () => {
  let halfMs = 0;
  const targets = [{ name: 'mail' }, { name: 'fax' }];
  const world = makeWorld({ shards: 1, workers: 1, latencyMs: () => halfMs, store: { pageItems: () => 1 }, targets });
  const ids = [
    ...(await accept(world, [message(DUE, 'a')])),
    ...(await accept(world, [message(DUE, 'b', { target: 'mail' })])),
    ...(await accept(world, [message(DUE, 'c', { target: 'fax' })])),
  ];
  // So slow that the first pages are read, verified and sent before the last is there.
  halfMs = 400;
  await world.runUntil(DUE + MINUTE);
  halfMs = 0;
  expectEachOnce(world, ids);
  expect(await tally(world, ids)).toEqual({ sent: 3 });
});

/** Every store call of a worker takes so long; of the API none. */
const slowWorkers = (world: () => World, ms: number): Seams => ({
  store: (owner, store) => {
    const slowly: Around = async (_call, run) => {
      await world().clock.sleepUntil(plusMs(world().clock.now(), owner === 'api' ? 0 : ms));
      return run();
    };
    return storeThrough(store, slowly);
  },
});

const blob = (bytes: number): string =>
  JSON.stringify(Buffer.from(randomFillSync(new Uint8Array(bytes))).toString('base64'));

test.each([
  ['an item every 60 ms', 1_000, 59],
  ['an item every 6 s', 10, 5_900],
])(
  'P7 more entries than fit the memory, each with %s of the whole minute, are all on time',
  async (_, items, everyMs) => {
    const world: World = makeWorld({ shards: 1, workers: 1, seams: slowWorkers(() => world, 20) });
    const bytes = Math.floor(230_000 / items);
    const ids: string[] = [];
    for (let entry = 0; entry < 45; entry += 1) {
      ids.push(
        ...(await accept(
          world,
          many(items, (n) => message(DUE + n * everyMs, n, { payload: blob(bytes) })),
        )),
      );
    }
    await world.runUntil(DUE + 2 * MINUTE);
    expectEachOnce(world, ids);
    expect(lateness(world)).toBe(0);
  },
);

test('P7 ten thousand entries of one message in one segment are each sent once, on time', async () => {
  const world = makeWorld({ shards: 1, workers: 1 });
  const ids: string[] = [];
  for (let n = 0; n < 10_000; n += 1) {
    world.track(
      world.desk.openIntake({ idempotencyKey: `k${n}`, keepReceipts: true }).then(async (intake) => {
        await intake.add(message(DUE + (n % 60) * 1_000, n));
        ids.push(...(await intake.finish('-')).ids);
      }),
    );
  }
  await world.runUntil(DUE + 2 * MINUTE);
  expectEachOnce(world, ids);
  expect(ids.length).toBe(10_000);
  expect(lateness(world)).toBe(0);
});

test('P1 P7 five thousand messages of one call and one instant are each sent once, on time', async () => {
  const world = makeWorld({ shards: 1, workers: 1 });
  const ids = await accept(
    world,
    many(5_000, (n) => message(DUE, n)),
  );
  await world.runUntil(DUE + MINUTE);
  expectEachOnce(world, ids);
  expect(lateness(world)).toBe(0);
});

test.each([
  ['all', 100_000_000],
  ['two thousand', 500_000],
  ['none', 0],
])(
  'P7 of a herd of late messages %s are unpacked ahead, and each is sent once, on time, or is dead',
  async (_, aheadBytes) => {
    const world = makeWorld({ shards: 1, workers: 1, aheadBytes });
    const due = WORLD_START + 2 * MINUTE;
    const ids = await accept(
      world,
      many(5_000, (n) => message(due, n)),
    );
    const lost = await accept(world, [message(due, 'x', { target: 'nowhere' }), message(due + 5, 'y')]);
    await world.runUntil(due + MINUTE);
    expectEachOnce(world, [...ids, ...lost.slice(1)]);
    expect(lateness(world)).toBe(0);
    expect(await tally(world, lost)).toEqual({ dead: 1, sent: 1 });
  },
);

test('P7 references in many entries of one instant are compared together, not call by call', async () => {
  const world: World = makeWorld({ shards: 1, workers: 1, seams: slowWorkers(() => world, 10) });
  const ids: string[] = [];
  for (let n = 0; n < 300; n += 1) ids.push((await put(world, `k${n}`, message(DUE, n))).id);
  await world.runUntil(DUE + MINUTE);
  expectEachOnce(world, ids);
  expect(lateness(world)).toBe(0);
});

test('what a herd sends at once is the last word of its unit: its lease and one more record', async () => {
  const puts: string[] = [];
  const noting: Around = (call, run) => {
    if (call.startsWith('put ')) puts.push(call);
    return run();
  };
  const store: Seams['store'] = (owner, inner) => (owner.startsWith('worker') ? storeThrough(inner, noting) : inner);
  const world = makeWorld({ shards: 1, workers: 1, seams: { store } });
  const ids = await accept(
    world,
    many(1_000, (n) => message(DUE, n)),
  );
  await world.runUntil(DUE + MINUTE);
  expectEachOnce(world, ids);
  expect(puts).toEqual(['put J#E#00000000', 'put J#E#00000001']);
});
