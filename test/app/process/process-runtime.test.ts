import { number, object } from 'valibot';
import { describe, expect, it } from 'vitest';
import { rollingSessions } from '../../../examples/rolling-sessions/rolling-sessions.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const MINUTE = 60_000;

const counter = defineProcess({
  name: 'counter',
  element: object({ add: number() }),
  output: output<{ total: number }>({ target: 'push' }),
  state: { total: valueState<number>() },
  onElement: ({ add }, { state, emit }) => {
    const total = (state.total.get() ?? 0) + add;
    state.total.set(total);
    emit({ total });
  },
});

const reminder = defineProcess({
  name: 'reminder',
  element: object({ inMs: number() }),
  output: output<{ key: string; at: number; now: number }>({ target: 'push' }),
  state: { last: valueState<number>() },
  onElement: ({ inMs }, { now, state, timers }) => {
    state.last.set(now);
    timers.processing.setNamed('remind', now + inMs);
  },
  onTimer: (at, { emit, key, now, state }) => {
    emit({ key, at, now });
    state.last.clear();
  },
});

describe('process functions on the segment engine', () => {
  it('folds the elements of a key into one commit and sends what it puts out, once (P14)', async () => {
    const world = makeProcessWorld({ processes: [counter] });
    const drafts = Array.from({ length: 100 }, (_, n) => element('a', { add: 1 }, { id: `e${n}` }));
    const fates = await world.submit('counter', drafts);
    expect(new Set(fates.map(({ kind }) => kind))).toEqual(new Set(['accepted']));
    await world.runUntil(world.clock.now() + 1_000);
    expect(world.bodies().map(({ total }) => total)).toEqual(Array.from({ length: 100 }, (_, n) => n + 1));
    const again = await world.submit('counter', drafts);
    expect(new Set(again.map(({ kind }) => kind))).toEqual(new Set(['duplicate']));
    await world.runUntil(world.clock.now() + 30 * MINUTE);
    expect(world.arrivals).toHaveLength(100);
    expect(new Set(world.arrivals.map(({ id }) => id)).size).toBe(100);
    expect(world.failures).toEqual([]);
  });

  it('counts a thousand deliveries at once for one key to exactly a thousand (P13)', async () => {
    const world = makeProcessWorld({ processes: [counter], runtimes: 4, latencyMs: () => 3 });
    const calls = Array.from({ length: 1000 }, (_, n) =>
      world.processDesk(n % 4).submit(counter, [element('a', { add: 1 }, { id: `e${n}` })], 'http'),
    );
    await world.during(Promise.all(calls), world.clock.now() + 10 * MINUTE);
    await world.runUntil(world.clock.now() + MINUTE);
    const view = await world.key('counter', 'a');
    expect(view?.state).toEqual({ total: 1000 });
    expect(
      world
        .bodies()
        .map(({ total }) => total)
        .sort((a, b) => a - b),
    ).toEqual(Array.from({ length: 1000 }, (_, n) => n + 1));
  });

  it('fires processing timers after their millisecond, and moves named ones (P6, P13)', async () => {
    const world = makeProcessWorld({ processes: [reminder] });
    await world.submit('reminder', [element('a', { inMs: 5_000 }), element('b', { inMs: 90_000 })]);
    const start = world.clock.now();
    await world.runUntil(start + 2_000);
    await world.submit('reminder', [element('a', { inMs: 5_000 })]);
    await world.runUntil(start + 5 * MINUTE);
    const fired = world.bodies();
    expect(fired.map(({ key }) => key)).toEqual(['a', 'b']);
    expect(fired.every(({ at, now }) => now === at + 1)).toBe(true);
    expect(world.failures).toEqual([]);
  });

  it('sends the rows of rolling sessions as the watermark passes the minutes (P15)', async () => {
    const rows = { ...rollingSessions, output: output<unknown>({ target: 'push' }) };
    const world = makeProcessWorld({ processes: [rows as never] });
    const at = (minute: number, durationMs: number) =>
      element('u', { durationMs }, { timestamp: minute * MINUTE, id: `e${minute}` });
    await world.submit('rolling-sessions', [at(0.5, 10), at(20, 20), at(40.5, 30)]);
    await world.advance('rolling-sessions', 402 * MINUTE);
    await world.runUntil(world.clock.now() + 10_000);
    const byMinute = new Map(world.bodies().map((row) => [row.at / MINUTE, [row.halfHour, row.hour, row.sixHours]]));
    expect(byMinute.get(1)).toEqual([
      [1, 10],
      [1, 10],
      [1, 10],
    ]);
    expect(byMinute.get(41)).toEqual([
      [2, 50],
      [3, 60],
      [3, 60],
    ]);
    expect(byMinute.get(71)).toEqual([
      [0, 0],
      [2, 50],
      [3, 60],
    ]);
    expect(byMinute.get(401)).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(byMinute.size).toBe(401);
    expect(world.arrivals).toHaveLength(401);
    expect(world.failures).toEqual([]);
  });
});
