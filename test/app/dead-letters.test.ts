import { randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { DeadLetterView } from '../../shared/app/dead-letter-desk.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
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
