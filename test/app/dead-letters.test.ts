import { randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { DeadLetterView } from '../../shared/app/dead-letter-desk.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { makeMortal } from '../support/mortal.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, tally } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

const refused = (response: string) =>
  failed('HTTP_404', { retryable: false, effectPossible: false, status: 404, response });

const randomText = (): string => Buffer.from(randomFillSync(new Uint8Array(700))).toString('base64');

/** All dead letters, page by page. */
const listAll = async (world: World, limit = 100): Promise<DeadLetterView[]> => {
  const all: DeadLetterView[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await world.during(world.deadLetters.list({ limit, ...(cursor === undefined ? {} : { cursor }) }));
    all.push(...page.items);
    cursor = page.next;
  }
  return all;
};

test('F32 P3 P10 a flood of deaths with large answers is logged in parts that fit the store, each sent once', async () => {
  let slowMs = 0;
  const answers = new Map<string, string>();
  const world = makeWorld({
    shards: 1,
    latencyMs: () => slowMs,
    limits: { inFlight: 2_000, waiting: 20_000 },
    answer: ({ messageId }) => {
      const text = randomText();
      answers.set(messageId, text);
      return refused(text);
    },
  });
  const ids = await accept(
    world,
    Array.from({ length: 1_500 }, (_, n) => message(DUE, n)),
  );
  slowMs = 50;
  await world.runUntil(DUE + MINUTE);
  slowMs = 0;
  expect(world.failures).toEqual([]);
  expect(world.arrivals.length).toBe(1_500);
  const letters = await listAll(world);
  expect(new Set(letters.map(({ id }) => id))).toEqual(new Set(ids));
  for (const { id, lastResponse } of letters) expect(lastResponse).toBe(answers.get(id));
});

test('P3 F26 letters that are slow to write do not cost the lease of the unit that goes on', async () => {
  const slowLetters =
    (world: () => World) =>
    (_owner: string, store: ItemStore): ItemStore => ({
      ...store,
      put: async (item, expect_) => {
        if (item.pk.startsWith('dead#')) await world().clock.sleepUntil(plusMs(world().clock.now(), 45_000));
        return store.put(item, expect_);
      },
    });
  const world: World = makeWorld({
    shards: 1,
    unitTimeMs: 300_000,
    answer: ({ dueAt }) => (dueAt === DUE ? refused('no') : { kind: 'sent' }),
    seams: { store: slowLetters(() => world) },
  });
  const dead = await accept(
    world,
    Array.from({ length: 120 }, (_, n) => message(DUE, `d${n}`)),
  );
  const sent = await accept(
    world,
    Array.from({ length: 50 }, (_, n) => message(DUE + 1_000 + n * 1_000, `s${n}`)),
  );
  await world.runUntil(DUE + 8 * MINUTE);
  expect(world.failures).toEqual([]);
  expect(world.arrivals.length).toBe(170);
  expect(Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt))).toBe(0);
  expect(await tally(world, sent)).toEqual({ sent: 50 });
  expect((await listAll(world)).map(({ id }) => id).sort()).toEqual([...dead].sort());
});

/** Dead letters of two targets, one every 100 ms. */
const bury = async (count: number): Promise<{ world: World; ids: readonly string[]; heal: () => void }> => {
  let healthy = false;
  const world = makeWorld({
    shards: 3,
    targets: [{ name: 'mail' }],
    answer: () => (healthy ? { kind: 'sent' } : refused('no')),
  });
  const ids = await accept(
    world,
    Array.from({ length: count }, (_, n) => message(DUE + n * 100, n, n % 4 === 3 ? { target: 'mail' } : {})),
  );
  await world.runUntil(DUE + 3 * MINUTE);
  const heal = (): void => {
    healthy = true;
  };
  return { world, ids, heal };
};

test.each([1, 7, 100])(
  'a list of %i a page shows each letter once, and those of one target only where asked',
  async (limit) => {
    const { world, ids } = await bury(60);
    const all = await listAll(world, limit);
    expect(all.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect(all[0]).toMatchObject({ reason: 'HTTP_404', attempts: 1, lastStatus: 404, lastResponse: 'no' });
    for (const { dueAt, deadAt } of all) expect(deadAt - dueAt).toBeLessThanOrEqual(10_000);
    const mail: DeadLetterView[] = [];
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const asked = { target: 'mail', limit, ...(cursor === undefined ? {} : { cursor }) };
      const page = await world.during(world.deadLetters.list(asked));
      expect(page.items.length).toBeLessThanOrEqual(limit);
      mail.push(...page.items);
      cursor = page.next;
    }
    expect(mail.map(({ id }) => id).sort()).toEqual(ids.filter((_, n) => n % 4 === 3).sort());
  },
);

test.each([
  '',
  'x',
  'e30',
  Buffer.from('{"stripe":99}').toString('base64url'),
  Buffer.from('{"stripe":0,"after":7}').toString('base64url'),
])('a cursor that is none of ours (%j) is refused', async (cursor) => {
  const world = makeWorld();
  await expect(world.during(world.deadLetters.list({ limit: 5, cursor }))).rejects.toMatchObject({
    code: 'INVALID_CURSOR',
  });
});

test('P11 a redrive by target sends each letter of it once more, under its id, with its payload and first due time', async () => {
  const { world, ids, heal } = await bury(40);
  heal();
  const before = world.arrivals.length;
  expect(await world.during(world.deadLetters.redrive({ target: 'mail' }))).toEqual({ redriven: 10 });
  expect(await world.during(world.deadLetters.redrive({ target: 'mail' }))).toEqual({ redriven: 0 });
  await world.runUntil(world.clock.now() + MINUTE);
  const again = world.arrivals.slice(before);
  expect(again.map(({ id }) => id).sort()).toEqual(ids.filter((_, n) => n % 4 === 3).sort());
  for (const { id, body, dueAt } of again) {
    const first = world.arrivals.find((arrival) => arrival.id === id);
    expect({ body, dueAt }).toEqual({ body: first?.body, dueAt: first?.dueAt });
  }
  expect(await tally(world, ids)).toEqual({ sent: 10, dead: 30 });
  expect((await listAll(world)).length).toBe(30);
  expect(await world.during(world.deadLetters.redrive({ target: 'mail' }))).toEqual({ redriven: 0 });
});

test('P11 a redrive by ids, twice and at once, sends each once; an id that is no dead letter refuses all', async () => {
  const { world, ids, heal } = await bury(6);
  heal();
  const some = ids.slice(0, 3);
  const unknown = world.during(world.deadLetters.redrive({ ids: [...some, 'msg_EAAByJlqAAAAAA3959kMbMWFAA'] }));
  await expect(unknown).rejects.toMatchObject({ status: 404 });
  const twice = await world.during(
    Promise.all([1, 2].map(() => world.deadLetters.redrive({ ids: [...some, ...some] }))),
  );
  expect(twice.reduce((sum, { redriven }) => sum + redriven, 0)).toBe(3);
  await world.runUntil(world.clock.now() + MINUTE);
  expect(await tally(world, ids)).toEqual({ sent: 3, dead: 3 });
  expect(world.arrivals.length).toBe(9);
});

test('P11 what dies again after a redrive is a dead letter again, and can be sent again', async () => {
  const { world, ids, heal } = await bury(4);
  expect(await world.during(world.deadLetters.redrive({ ids }))).toEqual({ redriven: 4 });
  await world.runUntil(world.clock.now() + MINUTE);
  expect((await listAll(world)).map(({ id }) => id).sort()).toEqual([...ids].sort());
  await world.during(world.flush());
  expect((await world.during(world.status.status())).counts).toMatchObject({ accepted: 4, dead: 4, pending: 0 });
  heal();
  expect(await world.during(world.deadLetters.redrive({ ids }))).toEqual({ redriven: 4 });
  await world.runUntil(world.clock.now() + 3 * MINUTE);
  expect(await tally(world, ids)).toEqual({ sent: 4 });
  expect((await world.during(world.status.status())).counts).toMatchObject({
    accepted: 4,
    sent: 4,
    dead: 0,
    pending: 0,
  });
});

test('P12 a redrive with a rate sends no faster', async () => {
  const { world, heal } = await bury(40);
  heal();
  const from = world.clock.now();
  expect(await world.during(world.deadLetters.redrive({ target: 'push', ratePerSecond: 5 }))).toEqual({ redriven: 30 });
  await world.runUntil(from + MINUTE);
  const times = world.arrivals.slice(40).map(({ at }) => at - from);
  expect(times.length).toBe(30);
  expect(times.at(-1)).toBeGreaterThan(5_500);
  for (const at of times)
    expect(times.filter((other) => other >= at && other < at + 1_000).length).toBeLessThanOrEqual(6);
});

test('P11 F19 a redrive that was killed at any call and is asked for again sends each letter once', async () => {
  for (let call = 1, done = false; !done; call += 1) {
    for (const phase of ['before', 'after'] as const) {
      const { world, ids, heal } = await bury(3);
      const { life, seams } = makeMortal({ owner: 'api-2', death: { call, phase } });
      heal();
      const victim = world.makeApi('api-2', seams);
      world.track(victim.deadLetters.redrive({ ids }));
      await world.runUntil(world.clock.now() + 3_000);
      done = !life.dead;
      await world.during(world.deadLetters.redrive({ ids }));
      await world.runUntil(world.clock.now() + 3 * MINUTE);
      expect(await tally(world, ids)).toEqual({ sent: 3 });
      expect(world.arrivals.length).toBe(6);
      expect(await listAll(world)).toEqual([]);
      const counts = (await world.during(world.status.status())).counts;
      expect(counts).toMatchObject({ accepted: 3, sent: 3, dead: 0, pending: 0 });
    }
  }
});
