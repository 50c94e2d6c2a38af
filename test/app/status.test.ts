import { describe, expect, test } from 'vitest';
import type { MessageCounts, SegmentView, Status } from '../../shared/app/status-desk.ts';
import type { Decision } from '../../shared/core/message/message-view.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import type { Delivery, Outcome } from '../../shared/ports/channel.ts';
import type { World, WorldOptions } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;

const RETRY = { maxAttempts: 3, delaysMs: [4_000, 70_000], jitter: 0.2 };

const answer = ({ payload, attempt }: Delivery): Outcome => {
  const text = new TextDecoder().decode(payload);
  if (text.includes('flaky')) return attempt < 3 ? failed('HTTP_500') : { kind: 'sent' };
  if (text.includes('hopeless')) return failed('HTTP_500');
  if (text.includes('refused')) return failed('HTTP_404', { retryable: false });
  return { kind: 'sent' };
};

const sumOf = ({ accepted: _, ...rest }: MessageCounts): number => Object.values(rest).reduce((sum, n) => sum + n, 0);

/** Twelve of each fate over three minutes, keyed and in bulk; replaced ones count as cancelled. */
const acceptMix = async (world: World): Promise<string[]> => {
  const ids: string[] = [];
  const names = ['plain', 'flaky', 'hopeless', 'refused', 'brief', 'unwanted'];
  for (let n = 0; n < 12; n += 1) {
    const due = DUE + n * 15_000;
    const brief = { notAfter: plusMs(message(due).dueAt, 1_000) };
    const all = names.map((name) =>
      message(due, `${name === 'brief' ? 'brief hopeless' : name} ${n}`, name === 'brief' ? brief : {}),
    );
    const some = await accept(world, all);
    await world.during(world.desk.cancel(some.at(-1) ?? ''));
    ids.push(...some);
    ids.push(
      (await put(world, `k${n}`, message(due, 'first'))).id,
      (await put(world, `k${n}`, message(due, 'flaky'))).id,
    );
  }
  return ids;
};

const mixedWorld = (options: WorldOptions = {}): World =>
  makeWorld({ shards: 2, target: { retry: RETRY }, answer, ...options });

/** The status every few seconds, with what all processes know stored before each. */
const watch = async (world: World, until: number): Promise<Status[]> => {
  const seen: Status[] = [];
  while (world.clock.now() < until) {
    await world.during(world.flush());
    seen.push(await world.during(world.status.status()));
    await world.runUntil(world.clock.now() + 4_700);
  }
  return seen;
};

describe('P1 the counts', () => {
  test('add up at every moment, never go back, and are exact when all is settled', async () => {
    const world = mixedWorld();
    const ids = await acceptMix(world);
    const seen = await watch(world, DUE + 12 * MINUTE);
    expect(world.failures).toEqual([]);
    for (const [n, { counts, settledThrough }] of seen.entries()) {
      expect(sumOf(counts)).toBe(counts.accepted);
      expect(Math.min(...Object.values(counts))).toBeGreaterThanOrEqual(0);
      expect(counts.accepted).toBe(ids.length);
      const before = seen[n - 1];
      if (!before) continue;
      expect(settledThrough).toBeGreaterThanOrEqual(before.settledThrough);
      for (const field of ['sent', 'dead', 'expired', 'cancelled'] as const) {
        expect(counts[field], `${field} at ${n}`).toBeGreaterThanOrEqual(before.counts[field]);
      }
    }
    const states = await tally(world, ids);
    expect(states).toEqual({ sent: 36, dead: 24, expired: 12, cancelled: 24 });
    expect(seen.at(-1)?.counts).toEqual({ accepted: 96, pending: 0, retrying: 0, unknown: 0, ...states });
  });

  test('are those of the logs, not of what the processes remember', async () => {
    const world = mixedWorld();
    const ids = await acceptMix(world);
    // No process stores its running figures.
    await world.runUntil(DUE + 12 * MINUTE);
    for (const item of world.store.items()) {
      if (item.pk.startsWith('ledger#')) await world.during(world.store.remove(item, 'any'));
    }
    const { counts } = await world.during(world.makeApi('api-2').status.status());
    expect(counts).toMatchObject({
      accepted: ids.length,
      sent: 36,
      dead: 24,
      expired: 12,
      cancelled: 24,
      pending: 0,
      retrying: 0,
    });
  });

  test('of references that were never committed have nothing', async () => {
    const world = mixedWorld();
    await put(world, 'k', message(DUE, 'a'));
    await world.runUntil(DUE - 1_500);
    await expect(world.during(world.desk.putKeyed('k', message(DUE + MINUTE, 'b')))).rejects.toMatchObject({
      code: 'TOO_LATE',
    });
    await world.runUntil(DUE + 6 * MINUTE);
    const { counts } = await world.during(world.status.status());
    expect(counts).toMatchObject({ accepted: 1, sent: 1, cancelled: 0, pending: 0 });
  });
});

test('P1 F43 the counts of a message that was put twice and then replaced have each acceptance once', async () => {
  const world = mixedWorld();
  await put(world, 'k', message(DUE, 'a'));
  await put(world, 'k', message(DUE, 'a'));
  await world.runUntil(WORLD_START + 30_000);
  await put(world, 'k', message(DUE, 'b'));
  await world.runUntil(DUE - 1_000);
  const late = world.during(world.desk.putKeyed('k', message(DUE + MINUTE, 'c')));
  await expect(late).rejects.toMatchObject({ code: 'TOO_LATE' });
  await world.runUntil(DUE + 30_000);
  await put(world, 'k', message(DUE + MINUTE, 'd'));
  await world.runUntil(DUE + 6 * MINUTE);
  const { counts } = await world.during(world.status.status());
  expect(counts).toMatchObject({ accepted: 3, sent: 2, cancelled: 1, pending: 0 });
});

describe('settledThrough', () => {
  test('is behind everything that is pending, and moves on although messages wait for later attempts', async () => {
    const world = mixedWorld();
    const ids = await acceptMix(world);
    const views = async () => Promise.all(ids.map((id) => world.desk.find(id)));
    for (let at = DUE - MINUTE; at < DUE + 8 * MINUTE; at += 20_000) {
      await world.runUntil(at);
      const { settledThrough } = await world.during(world.status.status());
      for (const view of await world.during(views())) {
        if (!view || !['pending', 'sending', 'retrying'].includes(view.state)) continue;
        expect(view.nextAttemptAt ?? view.dueAt).toBeGreaterThanOrEqual(settledThrough);
      }
      if (at > DUE + 2 * MINUTE) expect(settledThrough).toBeGreaterThan(at - 3 * MINUTE);
    }
  });

  test('stays where a unit cannot be finished, and says how long it is overdue', async () => {
    const world: World = makeWorld({
      shards: 2,
      seams: {
        store: (owner, store) => ({
          ...store,
          put: (item, expected) =>
            owner.startsWith('worker') &&
            item.pk.startsWith(`send#${DUE / MINUTE}#`) &&
            world.clock.now() < DUE + 10 * MINUTE
              ? new Promise(() => {})
              : store.put(item, expected),
        }),
      },
    });
    const ids = await accept(world, [message(DUE + 100, 'a'), message(DUE + 3 * MINUTE, 'b')]);
    await world.runUntil(DUE + 9 * MINUTE);
    expect(await tally(world, ids)).toEqual({ pending: 1, sent: 1 });
    const { settledThrough, oldestDueAgeMs } = await world.during(world.status.status());
    expect(settledThrough).toBe(DUE);
    expect(oldestDueAgeMs).toBeGreaterThan(8 * MINUTE);
  });
});

test('the lateness and the figures of each target are those of the deliveries', async () => {
  const world = makeWorld({ shards: 2, targets: [{ name: 'mail' }], answer, target: { retry: RETRY } });
  await accept(
    world,
    Array.from({ length: 30 }, (_, n) => message(DUE + n * 100, n)),
  );
  await accept(
    world,
    Array.from({ length: 10 }, (_, n) => message(DUE + n * 100, `refused ${n}`, { target: 'mail' })),
  );
  await world.runUntil(DUE + MINUTE);
  await world.during(world.flush());
  const { latenessMs, targets, oldestDueAgeMs } = await world.during(world.status.status());
  expect(latenessMs).toEqual({ count: 30, p50: 0, p90: 0, p99: 0, max: 0 });
  expect(targets).toEqual({ push: { sent: 30, failed: 0, dead: 0 }, mail: { sent: 0, failed: 10, dead: 10 } });
  expect(oldestDueAgeMs).toBe(0);
});

test('the buckets tell of each segment what lies in it, who works on it, and what became of it', async () => {
  const world = mixedWorld();
  const ids = await acceptMix(world);
  const range = { from: epochMs(DUE), to: epochMs(DUE + 20 * MINUTE), limit: 1_000 };
  const view = (): Promise<readonly SegmentView[]> => world.during(world.status.buckets(range));
  const open = await view();
  expect(new Set(open.map(({ state }) => state))).toEqual(new Set(['open']));
  await world.runUntil(DUE - 4 * MINUTE - 30_000);
  expect(new Set((await view()).map(({ bucket, state }) => `${bucket === DUE} ${state}`))).toEqual(
    new Set(['true closed', 'false open']),
  );
  await world.runUntil(DUE - 1_000);
  const leased = (await view()).filter(({ state }) => state === 'leased');
  expect(leased.length).toBeGreaterThan(0);
  for (const { checkpoint } of leased) {
    expect(checkpoint.epoch).toBeGreaterThan(0);
    expect(checkpoint.leaseUntil).toBeGreaterThan(world.clock.now());
  }
  await world.runUntil(DUE + 15 * MINUTE);
  const done = await view();
  expect(new Set(done.map(({ state }) => state))).toEqual(new Set(['settled']));
  const total = done.reduce((sum, { ledger }) => sum + ledger.accepted, 0);
  expect(total).toBe(ids.length);
  for (const { ledger } of done) expect(sumOf(ledger)).toBe(ledger.accepted);
  expect(done.reduce((sum, { ledger }) => sum + ledger.sent, 0)).toBe(36);
  expect(done.some(({ entries }) => entries.late > 0)).toBe(true);
  const tooLong = { ...range, to: epochMs(DUE + 25 * 60 * MINUTE) };
  await expect(world.during(world.status.buckets(tooLong))).rejects.toMatchObject({ code: 'RANGE_TOO_LONG' });
});

test('explain tells every decision about a message that was spread, deferred, tried again and sent', async () => {
  const world = makeWorld({ shards: 4, target: { ratePerSecond: 1, retry: RETRY }, answer });
  const zone = { timeZone: 'Asia/Tokyo', local: '2026-11-23T17:07', tzVersion: '2026c' };
  const unspreadAt = plusMs(message(DUE).dueAt, -30_000);
  const ids = await accept(world, [
    ...Array.from({ length: 8 }, (_, n) => message(DUE, n)),
    message(DUE, 'flaky', { zone, unspreadAt }),
  ]);
  const id = ids.at(-1) ?? '';
  await world.runUntil(DUE + 5 * MINUTE);
  const { view, decisions } = await world.during(world.desk.explain(id));
  expect(view).toMatchObject({ state: 'sent', attempts: 3, lastError: 'HTTP_500' });
  expect(timesOf(world).get(id)).toBe(3);
  const steps = decisions.map(({ step }: Decision) => step);
  expect(steps.slice(0, 3)).toEqual(['resolved', 'spread', 'placed']);
  expect(steps.filter((step) => step === 'deferred').length).toBeGreaterThanOrEqual(1);
  expect(steps.filter((step) => step === 'attempt-failed').length).toBe(2);
  expect(steps.filter((step) => step === 'leased').length).toBeGreaterThanOrEqual(4);
  expect(steps.at(-1)).toBe('sent');
  expect(decisions[0]).toMatchObject({ detail: { timeZone: 'Asia/Tokyo', at: '2026-11-23T08:07:30.000Z' } });
  expect(decisions[1]).toMatchObject({ detail: { byMs: 30_000 } });
  const times = decisions.flatMap(({ at }) => (at === undefined ? [] : [at]));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(JSON.stringify(decisions)).not.toContain('"n"');
});
