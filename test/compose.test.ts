import middy from '@middy/core';
import type { Context } from 'aws-lambda';
import { describe, expect, test } from 'vitest';
import type { Engine } from '../shared/app/engine.ts';
import { unknownToOthers, withLedgers } from '../shared/compose.ts';
import { epochMs } from '../shared/core/time/epoch.ts';
import { makeVirtualClock } from '../shared/memory/virtual-clock.ts';

const START = epochMs(1_795_305_600_000);
const CONTEXT = { getRemainingTimeInMillis: () => 60_000 } as Context;

describe('running figures', () => {
  const setUp = () => {
    const clock = makeVirtualClock(START);
    const flushedAfter: number[] = [];
    const flush = async () => {
      flushedAfter.push(clock.now() - START);
    };
    const engine = { clock, ledgers: { flush } } as unknown as Engine;
    let fails = false;
    const handler = middy(async () => {
      if (fails) throw new Error('failed');
      return 'done';
    }).use(withLedgers(engine));
    return {
      flushedAfter,
      at: async (ms: number, failing = false) => {
        clock.setTo(epochMs(START + ms));
        fails = failing;
        return handler({}, CONTEXT);
      },
    };
  };

  test('are stored at the end of an invocation, at most every five seconds', async () => {
    const { at, flushedAfter } = setUp();
    for (const ms of [100, 4_999, 5_000, 5_001, 9_999, 10_000, 60_000]) expect(await at(ms)).toBe('done');
    expect(flushedAfter).toEqual([5_000, 10_000, 60_000]);
  });

  test('are stored also when the invocation fails, and its error goes on', async () => {
    const { at, flushedAfter } = setUp();
    await expect(at(6_000, true)).rejects.toThrow('failed');
    expect(flushedAfter).toEqual([6_000]);
  });
});

test('a sandbox has a name of its own and declares nobody dead', () => {
  const [first, second] = [unknownToOthers(), unknownToOthers()];
  expect(first.owner).not.toBe(second.owner);
  expect(first.isDead(second.owner)).toBe(false);
});
