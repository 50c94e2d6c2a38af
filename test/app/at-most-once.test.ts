import { describe, expect, test } from 'vitest';
import type { Outcome } from '../../shared/ports/channel.ts';
import { makeMortal } from '../support/mortal.ts';
import type { World } from '../support/world.ts';
import { makeWorld, WORLD_START } from '../support/world.ts';
import { accept, failed, message, put, tally, timesOf } from './calls.ts';

const MINUTE = 60_000;
const DUE = WORLD_START + 8 * MINUTE;

const once = { delivery: 'at-most-once' } as const;

describe('P5 a message that may be sent at most once', () => {
  test.each<[string, Outcome, string]>([
    ['whose answer was lost', failed('RESET'), 'unknown'],
    ['that was answered 500', failed('HTTP_500', { status: 500 }), 'unknown'],
    ['that found no connection', failed('CONNECT_REFUSED', { effectPossible: false }), 'sent'],
    ['that was answered 503', failed('HTTP_503', { status: 503, effectPossible: false }), 'sent'],
    ['that was refused', failed('HTTP_404', { retryable: false, effectPossible: false }), 'dead'],
  ])('%s is tried again only where it cannot have had an effect', async (_, outcome, state) => {
    const world = makeWorld({ shards: 1, answer: ({ attempt }) => (attempt === 1 ? outcome : { kind: 'sent' }) });
    const [id = ''] = await accept(world, [message(DUE, 'a', once)]);
    const keyed = await put(world, 'k', message(DUE, 'b', once));
    await world.runUntil(DUE + 2 * MINUTE);
    expect(await tally(world, [id, keyed.id])).toEqual({ [state]: 2 });
    expect([...timesOf(world).values()]).toEqual(state === 'sent' ? [2, 2] : [1, 1]);
    const view = await world.during(world.desk.find(id));
    expect(view).toMatchObject({ attempts: state === 'sent' ? 2 : 1, lastError: expect.any(String) });
    expect((await world.during(world.status.status())).counts).toMatchObject({
      accepted: 2,
      [state]: 2,
      pending: 0,
      retrying: 0,
    });
  });

  test('F19 is reported as unknown where its worker died behind the attempt, and tried once where it died before it', async () => {
    let untouched = 0;
    for (let call = 1; call <= 20; call += 1) {
      const { life, seams } = makeMortal({
        owner: 'worker-0',
        death: { call, phase: 'after' },
        onDeath: () => world.replace(0),
        counts: () => world.clock.now() >= DUE - 1,
      });
      const world: World = makeWorld({ shards: 1, workers: 1, target: once, seams });
      const ids = await accept(world, [message(DUE, 'a'), message(DUE, 'b'), message(DUE, 'c')]);
      await world.runUntil(DUE + 3 * MINUTE);
      expect(world.arrivals.length).toBeLessThanOrEqual(3);
      expect(timesOf(world).size).toBe(world.arrivals.length);
      const { sent = 0, unknown = 0 } = await tally(world, ids);
      expect(sent + unknown).toBe(3);
      for (const id of ids) if (!timesOf(world).has(id)) untouched += 1;
      if (!life.dead) expect(sent).toBe(3);
      for (const id of ids) {
        const view = await world.during(world.desk.find(id));
        if (view?.state === 'unknown') expect(view).toMatchObject({ lastError: 'LOST_WORKER' });
      }
    }
    // Only a death between the record and the attempt gives a message up that never went out.
    expect(untouched).toBeLessThanOrEqual(3);
  });
});
