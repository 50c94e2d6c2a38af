import { randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import type { Delivery, Outcome } from '../../shared/ports/channel.ts';
import { withoutCanary } from '../support/canary.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

const bodyOf = ({ payload }: Delivery): string => withoutCanary(new TextDecoder().decode(payload));

const failFirst = (delivery: Delivery): Outcome => (delivery.attempt === 1 ? failed('HTTP_500') : { kind: 'sent' });

test('P1 P4 the retries of a keyed and of a bulk message of one bucket keep their own ids and payloads', async () => {
  const world = makeWorld({ shards: 1, answer: failFirst });
  const [id = ''] = await accept(world, [message(DUE, 'bulk')]);
  const keyed = await put(world, 'k', message(DUE, 'keyed'));
  await world.runUntil(DUE + 2 * MINUTE);
  expect(world.failures).toEqual([]);
  expect(world.arrivals.map(({ id: of, body, attempt }) => [of, body, attempt]).sort()).toEqual(
    [
      [id, '{"n":"bulk"}', 1],
      [id, '{"n":"bulk"}', 2],
      [keyed.id, '{"n":"keyed"}', 1],
      [keyed.id, '{"n":"keyed"}', 2],
    ].sort(),
  );
  expect(await tally(world, [id, keyed.id])).toEqual({ sent: 2 });
});

test.each([
  [
    'payloads',
    400,
    () => ({ payload: JSON.stringify(Buffer.from(randomFillSync(new Uint8Array(3_000))).toString('base64')) }),
  ],
  [
    'headers',
    400,
    () => ({ headers: { 'x-blob': Buffer.from(randomFillSync(new Uint8Array(2_000))).toString('base64') } }),
  ],
])('F32 P10 retries of many messages with large %s fit the store and are sent', async (_, count, part) => {
  const world = makeWorld({ shards: 1, answer: failFirst });
  const ids = await accept(
    world,
    Array.from({ length: count }, (_unused, n) => message(DUE, n, part())),
  );
  await world.runUntil(DUE + 2 * MINUTE);
  expect(world.failures).toEqual([]);
  expect([...timesOf(world).values()]).toEqual(ids.map(() => 2));
  expect(await tally(world, ids.slice(0, 9))).toEqual({ sent: 9 });
});

test('P7 a retry comes when its policy says, although too few items end to make a checkpoint', async () => {
  const answer = (delivery: Delivery): Outcome =>
    bodyOf(delivery) === '{"n":0}' ? failFirst(delivery) : { kind: 'sent' };
  const world = makeWorld({ shards: 1, answer });
  const ids = await accept(
    world,
    Array.from({ length: 12 }, (_, n) => message(DUE + n * 4_000, n)),
  );
  await world.runUntil(DUE + 2 * MINUTE);
  const [first, second] = world.arrivals.filter(({ id }) => id === ids[0]).map(({ at }) => at - DUE);
  expect(first).toBe(0);
  expect(second).toBeGreaterThanOrEqual(4_000);
  expect(second).toBeLessThanOrEqual(6_000);
});

const POLICY = { maxAttempts: 4, delaysMs: [3_000, 20_000, 90_000], jitter: 0.2 };

/** When each attempt of each message arrived. */
const attemptsOf = (world: World, ids: readonly string[]): number[][] =>
  ids.map((id) => world.arrivals.filter((one) => one.id === id).map(({ at }) => at));

test.each([
  ['500', failed('HTTP_500', { status: 500 })],
  ['408', failed('HTTP_408', { status: 408 })],
  ['a lost answer', failed('RESET')],
  ['a refused connection', failed('CONNECT_REFUSED', { effectPossible: false })],
])('P2 P10 %s: as many attempts as the policy says, each within its jitter, then a dead letter', async (_, outcome) => {
  const answer = { ...outcome, response: 'so sorry' } as Outcome;
  const world = makeWorld({ shards: 2, target: { retry: POLICY }, answer: () => answer });
  const ids = await accept(
    world,
    Array.from({ length: 40 }, (_unused, n) => message(DUE + n * 37, n)),
  );
  await world.runUntil(DUE + 6 * MINUTE);
  const spans: number[][] = [[], [], []];
  for (const times of attemptsOf(world, ids)) {
    expect(times.length).toBe(4);
    for (const [n, at] of times.slice(1).entries()) spans[n]?.push(at - (times[n] ?? 0));
  }
  for (const [n, delay] of POLICY.delaysMs.entries()) {
    expect(Math.min(...(spans[n] ?? []))).toBeGreaterThanOrEqual(delay * 0.8);
    expect(Math.max(...(spans[n] ?? []))).toBeLessThanOrEqual(delay * 1.2 + 100);
    // A wave of equal due times is torn apart.
    expect(new Set(spans[n]).size).toBeGreaterThan(30);
  }
  const { reason, status } = answer as Outcome & { kind: 'failed' };
  const letters = await world.during(world.deadLetters.list({ limit: 100 }));
  expect(letters.items.length).toBe(40);
  for (const letter of letters.items) {
    expect(letter).toMatchObject({ target: 'push', reason, attempts: 4, lastResponse: 'so sorry' });
    expect(letter.lastStatus).toBe(status);
  }
  expect(await world.during(world.desk.find(ids[7] ?? ''))).toMatchObject({
    state: 'dead',
    attempts: 4,
    lastError: reason,
  });
});

test('P10 a status that is not to be tried again ends the message at once', async () => {
  const world = makeWorld({
    answer: () => failed('HTTP_410', { status: 410, retryable: false, effectPossible: false }),
  });
  const [id = ''] = await accept(world, [message(DUE)]);
  await world.runUntil(DUE + MINUTE);
  expect(world.arrivals.length).toBe(1);
  expect(await world.during(world.desk.find(id))).toMatchObject({ state: 'dead', attempts: 1, lastError: 'HTTP_410' });
});

test('C12 a policy of one attempt has no second', async () => {
  const world = makeWorld({ target: { retry: { ...POLICY, maxAttempts: 1 } }, answer: () => failed('HTTP_500') });
  const [id = ''] = await accept(world, [message(DUE)]);
  await world.runUntil(DUE + MINUTE);
  expect(world.arrivals.length).toBe(1);
  expect(await world.during(world.desk.find(id))).toMatchObject({ state: 'dead', attempts: 1 });
});

test('P8 no attempt starts after notAfter, whether first, again, or held up at a busy gate', async () => {
  const notAfter = plusMs(message(DUE).dueAt, 4_500);
  const world: World = makeWorld({
    shards: 1,
    limits: { inFlight: 2, waiting: 1_000 },
    target: { retry: { maxAttempts: 9, delaysMs: [1_000], jitter: 0 } },
    answer: async () => {
      await world.clock.sleepUntil(plusMs(world.clock.now(), 400));
      return failed('HTTP_500');
    },
  });
  const ids = await accept(
    world,
    Array.from({ length: 30 }, (_, n) => message(DUE, n, { notAfter })),
  );
  await world.runUntil(DUE + 2 * MINUTE);
  expect(world.arrivals.length).toBeGreaterThan(15);
  expect(Math.max(...world.arrivals.map(({ at }) => at))).toBeLessThanOrEqual(notAfter);
  expect(await tally(world, ids)).toEqual({ expired: 30 });
  expect((await world.during(world.status.status())).counts).toMatchObject({ accepted: 30, expired: 30, retrying: 0 });
});

test.each([
  ['skip', 60_001, 'expired'],
  ['skip', 60_000, 'sent'],
  ['send', 60_001, 'sent'],
  [undefined, 60_001, 'sent'],
] as const)('onMissed %s, found %d ms late, is %s', async (onMissed, lateMs, state) => {
  // Nobody hears of the message but by the one pointer that is sent by hand.
  const world = makeWorld({ shards: 1, seams: { queue: () => ({ send: async () => [] }) } });
  const [id = ''] = await accept(world, [message(DUE, 'a', onMissed === undefined ? {} : { onMissed })]);
  await world.runUntil(DUE + lateMs);
  const unit = { segment: { timeline: 'send', minute: DUE / MINUTE, shard: 0 }, lane: 'E' } as const;
  await world.queue.send([{ body: encodePointer(unit), delaySeconds: 0 }]);
  await world.runUntil(DUE + 4 * MINUTE);
  expect(await world.during(world.desk.find(id))).toMatchObject({ state, attempts: state === 'sent' ? 1 : 0 });
  expect(world.arrivals.length).toBe(state === 'sent' ? 1 : 0);
});
