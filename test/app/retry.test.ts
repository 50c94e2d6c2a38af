import { randomFillSync } from 'node:crypto';
import { expect, test } from 'vitest';
import type { Delivery, Outcome } from '../../shared/ports/channel.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

const bodyOf = ({ payload }: Delivery): string => new TextDecoder().decode(payload);

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
