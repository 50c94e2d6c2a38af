import { describe, expect, test } from 'vitest';
import { closeOf } from '../../shared/core/segment/bucket.ts';
import { parseMessageId } from '../../shared/core/segment/message-id.ts';
import { encodePointer } from '../../shared/core/segment/pointer.ts';
import { DEFAULT_TIMING } from '../../shared/core/segment/timing.ts';
import type { Channel } from '../../shared/ports/channel.ts';
import type { Item } from '../../shared/ports/item-store.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 10 * MINUTE;

/** Changes one stored item behind the back of everybody. */
const damage = async (world: World, which: (item: Item) => boolean, change: (item: Item) => Item): Promise<Item> => {
  const item = world.store.items().find(which);
  if (!item) throw new Error('there is no such item');
  await world.during(world.bareStore.put(change(item), 'any'));
  return item;
};

const flipBody = (item: Item): Item => {
  const body = new Uint8Array(item.body ?? []);
  body[body.length >> 1] = (body[body.length >> 1] ?? 0) ^ 16;
  return { ...item, body };
};

/** Exchanges one digit or letter in the middle of the text, so that most of it still parses. */
const flipDoc = (item: Item): Item => {
  const doc = item.doc ?? '';
  const digits = [...doc.matchAll(/\d/g)].map(({ index }) => index);
  const at = digits[digits.length >> 1] ?? 0;
  return { ...item, doc: `${doc.slice(0, at)}${(Number(doc.charAt(at)) + 1) % 10}${doc.slice(at + 1)}` };
};

const lateness = (world: World): number => Math.max(...world.arrivals.map(({ at, dueAt }) => at - dueAt));

describe('F51 P10 a damaged item', () => {
  test.each([
    ['body', flipBody],
    ['figures', flipDoc],
  ])('whose %s is damaged is an entry set aside; the others of its segment are on time', async (_, change) => {
    const world = makeWorld({ shards: 1, workers: 1 });
    const good = await accept(world, [message(DUE, 'a'), message(DUE + 20_000, 'b')]);
    const [bad = ''] = await accept(world, [message(DUE, 'x')]);
    const more = await accept(world, [message(DUE + 1, 'c')]);
    await damage(world, ({ sk }) => sk === parseMessageId(bad)?.sk, change);
    await world.runUntil(DUE + 3 * MINUTE);
    expect(world.failures).toEqual([]);
    expect(lateness(world)).toBe(0);
    expect(await tally(world, [...good, ...more])).toEqual({ sent: 3 });
    expect(timesOf(world).has(bad)).toBe(false);
    expect(world.telemetry.total('quarantined')).toBeGreaterThan(0);
    expect(world.store.items().filter(({ pk }) => pk === 'quarantine').length).toBe(1);
    expect((await world.during(world.tick.run())).settledThrough).toBeGreaterThan(DUE / MINUTE - 1);
  });

  test('of a log stops its own unit; the tick goes on, and does not count the unit as settled', async () => {
    let lost = 0;
    const world = makeWorld({
      shards: 4,
      seams: {
        // The hints of the messages that are accepted now are lost, so that they depend on the sweep.
        queue: (owner, queue) => ({
          send: async (hints) => {
            if (owner === 'api') lost += hints.length;
            return owner === 'api' ? [] : queue.send(hints);
          },
        }),
      },
    });
    await accept(world, [message(DUE, 'a')]);
    await world.runUntil(DUE + 500);
    const last = world.store
      .items()
      .filter(({ sk }) => sk.startsWith('J#E#'))
      .at(-1);
    await damage(world, ({ sk }) => sk === last?.sk, flipDoc);
    await world.runUntil(DUE + 90_000);
    const late = await accept(
      world,
      Array.from({ length: 8 }, (_, n) => message(world.clock.now(), n)),
    );
    expect(lost).toBeGreaterThan(0);
    await world.runUntil(DUE + 10 * MINUTE);
    expect(await tally(world, late)).toEqual({ sent: 8 });
    const { settledThrough, openedThrough } = await world.during(world.tick.run());
    expect(settledThrough).toBe(DUE / MINUTE - 1);
    expect(openedThrough).toBeGreaterThan(DUE / MINUTE + 10);
    expect(world.telemetry.notes.some(({ event }) => event === 'log.damaged')).toBe(true);
  });

  test.each([
    ['text', flipDoc],
    ['payload', flipBody],
    ['body, that is gone,', ({ body: _, ...item }: Item): Item => item],
  ])(
    'whose %s is damaged is the record of a key: it is buried with a reason, other keys are on time, a PUT heals it',
    async (_, change) => {
      const world = makeWorld({ shards: 1, workers: 1 });
      const good = await put(world, 'good', message(DUE, 'good'));
      const bad = await put(world, 'bad', message(DUE, 'bad'));
      await damage(world, ({ pk }) => pk === 'm#bad', change);
      await world.runUntil(DUE + MINUTE);
      expect(world.failures).toEqual([]);
      expect(world.arrivals.map(({ id, at }) => [id, at])).toEqual([[good.id, DUE]]);
      expect(await world.during(world.deadLetters.list({ limit: 10 }))).toMatchObject({
        items: [{ id: bad.id, key: 'bad', reason: 'RECORD_DAMAGED', attempts: 0 }],
      });
      expect(await world.during(world.deadLetters.redrive({ target: 'push' }))).toEqual({ redriven: 0 });
      const healed = await world.during(world.desk.putKeyed('bad', message(DUE + 10 * MINUTE, 'again')));
      await world.runUntil(DUE + 12 * MINUTE);
      expect(timesOf(world).get(healed.view.id)).toBe(1);
      expect(world.arrivals.length).toBe(2);
    },
  );

  test('of the pace of a target is begun anew', async () => {
    const world = makeWorld({ shards: 1, workers: 1, target: { ratePerSecond: 10 } });
    const first = await accept(world, [message(DUE, 'a')]);
    await world.runUntil(DUE + MINUTE);
    for (const doc of ['{"freeAt":"soon"}', '{', 'null', '{"freeAt":1e300}']) {
      await damage(
        world,
        ({ pk }) => pk === 'pace',
        (item) => ({ ...item, doc }),
      );
      const ids = await accept(world, [message(world.clock.now() + 3_000, doc)]);
      await world.runUntil(world.clock.now() + 10_000);
      expect(await tally(world, [...first, ...ids])).toEqual({ sent: 2 });
    }
    expect(world.failures).toEqual([]);
  });
});

type Report = Parameters<Channel['send']>[2];

describe('F18 P10 a channel that breaks its contract for one target', () => {
  test.each<[string, (send: () => Promise<void>, report: Report) => Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('broken');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken'))],
    [
      'rejects when it has sent',
      async (send) => {
        await send();
        throw new Error('broken');
      },
    ],
    ['reports nothing', () => Promise.resolve()],
    [
      'reports twice',
      async (send, report) => {
        await send();
        report(0, { kind: 'sent' });
        report(99, { kind: 'sent' });
      },
    ],
  ])('and %s harms no other, and its messages end', async (_, broken) => {
    const world = makeWorld({
      shards: 1,
      workers: 1,
      target: { retry: { maxAttempts: 2, delaysMs: [2_000], jitter: 0 } },
      targets: [{ name: 'mail' }],
      seams: {
        channel: (_owner, channel): Channel => ({
          send: (target, deliveries, report) =>
            target.name === 'push'
              ? broken(() => channel.send(target, deliveries, report), report)
              : channel.send(target, deliveries, report),
        }),
      },
    });
    const bad = await accept(
      world,
      Array.from({ length: 30 }, (_unused, n) => message(DUE, n)),
    );
    const good = await accept(
      world,
      Array.from({ length: 30 }, (_unused, n) => message(DUE + n * 300, n, { target: 'mail' })),
    );
    await world.runUntil(DUE + 3 * MINUTE);
    expect(world.failures).toEqual([]);
    const toMail = world.arrivals.filter(({ target }) => target === 'mail');
    expect(toMail.map(({ id }) => id)).toEqual(good);
    expect(Math.max(...toMail.map(({ at, dueAt }) => at - dueAt))).toBe(0);
    const states = await tally(world, bad);
    expect([{ sent: 30 }, { dead: 30 }]).toContainEqual(states);
    expect((await world.during(world.status.status())).counts).toMatchObject({ accepted: 60, pending: 0, retrying: 0 });
  });
});

describe('P10 what names something that is not there', () => {
  test('a message whose target is gone is buried; those of other targets, and of one that comes back, are sent', async () => {
    const world = makeWorld({ shards: 1, workers: 1, targets: [{ name: 'mail' }] });
    const mail = world.targets.get('mail');
    if (!mail) throw new Error('no target');
    const [lost = ''] = await accept(world, [message(DUE, 'lost', { target: 'mail' })]);
    const good = await accept(world, [message(DUE, 'a'), message(DUE, 'b')]);
    world.targets.delete('mail');
    await world.runUntil(DUE + MINUTE);
    expect(await tally(world, good)).toEqual({ sent: 2 });
    expect(await world.during(world.deadLetters.list({ limit: 10 }))).toMatchObject({
      items: [{ id: lost, target: 'mail', reason: 'TARGET_NOT_FOUND', attempts: 0 }],
    });
    world.targets.set('mail', mail);
    expect(await world.during(world.deadLetters.redrive({ target: 'mail' }))).toEqual({ redriven: 1 });
    await world.runUntil(DUE + 2 * MINUTE);
    expect(timesOf(world).get(lost)).toBe(1);
  });

  test('F16 F17 pointers to nothing harm nobody, and what comes to their segments later is sent', async () => {
    const world = makeWorld({ shards: 2, workers: 2 });
    const minute = DUE / MINUTE;
    const segment = (shard: number, at = minute) => ({ timeline: 'send', minute: at, shard });
    const bodies = [
      ...[0, 1].map((shard) => encodePointer({ segment: segment(shard), lane: 'E' })),
      ...[0, 1].map((shard) => encodePointer({ segment: segment(shard, minute - 9), lane: 'E' })),
      encodePointer({ segment: segment(0), lane: 'L', sk: `L#00${DUE}#AAAAAAAAAAA` }),
      encodePointer({ segment: { timeline: 'a#b%', minute, shard: 9 }, lane: 'E' }),
      'not a pointer',
      '{}',
    ];
    const poison = () => world.queue.send(bodies.map((body) => ({ body, delaySeconds: 0 })));
    await poison();
    await world.runUntil(closeOf(minute, DEFAULT_TIMING) - 1_000);
    const scheduled = await accept(world, [message(DUE, 'a'), message(DUE, 'b')]);
    await world.runUntil(closeOf(minute, DEFAULT_TIMING) + 10_000);
    await poison();
    const late = await accept(world, [message(DUE, 'c'), message(DUE, 'd')]);
    await world.runUntil(DUE - 1_500);
    await poison();
    await world.runUntil(DUE + 2 * MINUTE);
    expect(world.failures).toEqual([]);
    expect([...timesOf(world).entries()].sort()).toEqual([...scheduled, ...late].map((id) => [id, 1]).sort());
    expect(lateness(world)).toBe(0);
  });
});
