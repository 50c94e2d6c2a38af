import { describe, expect, test } from 'vitest';
import { makeTargetCache } from '../../shared/app/target-cache.ts';
import type { Target } from '../../shared/core/delivery/target.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';

const START = epochMs(Date.UTC(2026, 10, 21));
const HOUR_MS = 3_600_000;
const named = (name: string): Target => ({ name }) as Target;

const makeWorld = () => {
  const clock = makeVirtualClock(START);
  const reads: string[] = [];
  const world = { found: named('first') as Target | undefined, failing: false };
  const findMany = async (names: readonly string[]) => {
    reads.push(names.join(' '));
    if (world.failing) throw new Error('no store');
    const { found } = world;
    return new Map(names.flatMap((name): [string, Target][] => (found ? [[name, found]] : [])));
  };
  return { clock, reads, world, cache: makeTargetCache({ findMany }, clock) };
};

describe('the cache of targets', () => {
  test('reads once in 3 s', async () => {
    const { cache, clock, reads, world } = makeWorld();
    await cache.find('push');
    world.found = named('second');
    await clock.advanceTo(plusMs(START, 2999));
    expect(await cache.find('push')).toEqual(named('first'));
    await clock.advanceTo(plusMs(START, 3000));
    expect(await cache.find('push')).toEqual(named('second'));
    expect(reads).toEqual(['push', 'push']);
  });

  test('does not remember absence: a new target counts at once', async () => {
    const { cache, world } = makeWorld();
    world.found = undefined;
    expect(await cache.find('push')).toBeUndefined();
    world.found = named('push');
    expect(await cache.find('push')).toEqual(named('push'));
  });

  test('makes one read of many at one time, also after one that failed', async () => {
    const { cache, reads, world } = makeWorld();
    world.failing = true;
    await expect(Promise.all([cache.find('push'), cache.find('push')])).rejects.toThrow('no store');
    world.failing = false;
    expect(await Promise.all([cache.find('push'), cache.find('push'), cache.find('other')])).toHaveLength(3);
    expect(reads).toEqual(['push', 'push other']);
  });

  test('reads a name once that is asked for while it is read', async () => {
    const { cache, reads } = makeWorld();
    const first = cache.find('push');
    await Promise.resolve();
    expect(await Promise.all([first, cache.find('push'), cache.find('other')])).toHaveLength(3);
    expect(reads).toEqual(['push', 'other']);
  });

  test('F41 uses what it knows for an hour while the store fails', async () => {
    const { cache, clock, world } = makeWorld();
    await cache.find('push');
    world.failing = true;
    await clock.advanceTo(plusMs(START, HOUR_MS - 1));
    expect(await cache.find('push')).toEqual(named('first'));
    await expect(cache.find('unknown')).rejects.toThrow('no store');
    await clock.advanceTo(plusMs(START, HOUR_MS));
    await expect(cache.find('push')).rejects.toThrow('no store');
  });

  test('F36 reads again when the clock went back', async () => {
    const { cache, clock, reads } = makeWorld();
    await cache.find('push');
    clock.setTo(plusMs(START, -1));
    await cache.find('push');
    expect(reads).toHaveLength(2);
  });
});
