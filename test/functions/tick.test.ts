import { describe, expect, test } from 'vitest';
import { makeTickFunction } from '../../functions/tick/tick.ts';
import type { TickOptions } from '../../shared/app/tick/make-tick.ts';
import { makeMemoryTelemetry } from '../../shared/memory/telemetry.ts';
import { contextWith, scheduledEvent } from './events.ts';

const setUp = (complete = true) => {
  const runs: TickOptions[] = [];
  const telemetry = makeMemoryTelemetry();
  const run = async (options: TickOptions) => {
    runs.push(options);
    return { openedThrough: 2, settledThrough: 1, hints: 0, complete };
  };
  return { runs, telemetry, tick: makeTickFunction({ tick: { run }, telemetry }) };
};

describe('tick function', () => {
  test('gives the tick all of its time but the last eight seconds', async () => {
    const { runs, tick } = setUp();
    await tick(scheduledEvent('2026-11-22T00:00:00Z'), contextWith(55_000));
    await tick(scheduledEvent('2026-11-22T00:00:00Z'), contextWith(5_000));
    expect(runs).toEqual([{ budgetMs: 47_000 }, { budgetMs: 0 }]);
  });

  test('F04: an event that is six hours old, or from the future, is the same as any other', async () => {
    const { runs, tick } = setUp();
    for (const time of ['2026-11-21T18:00:00Z', '2036-01-01T00:00:00Z', 'no time at all']) {
      await tick(scheduledEvent(time), contextWith(55_000));
    }
    expect(new Set(runs.map((options) => JSON.stringify(options))).size).toBe(1);
  });

  test('notes a tick that could not finish, and throws what the tick throws', async () => {
    const { telemetry, tick } = setUp(false);
    expect(await tick(scheduledEvent('2026-11-22T00:00:00Z'), contextWith(55_000))).toMatchObject({ complete: false });
    expect(telemetry.notes).toMatchObject([{ level: 'warn', event: 'tick incomplete' }]);
    const failing = makeTickFunction({ tick: { run: () => Promise.reject(new Error('no store')) }, telemetry });
    await expect(failing(scheduledEvent('2026-11-22T00:00:00Z'), contextWith(55_000))).rejects.toThrow('no store');
  });
});
