import { number, object, optional } from 'valibot';
import { describe, expect, it } from 'vitest';
import { GRANTS, type ProcessFunctionName } from '../../cdk/grants.ts';
import { defineConnectedProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';
import { element, makeProcessWorld } from '../support/process-world.ts';
import { grantedStore } from './granted-store.ts';

const MINUTE = 60_000;

const totals = defineConnectedProcess({
  name: 'totals',
  inputs: { main: object({ add: number(), inMs: optional(number(), 20_000) }) },
  broadcast: {
    element: object({ factor: number() }),
    state: { factor: valueState<number>() },
    onElement: ({ factor }, { state }) => state.factor.set(factor),
  },
  output: output<number>({ target: 'push' }),
  state: { total: valueState<number>() },
  onElement: {
    main: ({ add, inMs }, { broadcast, emit, now, state, timers, timestamp }) => {
      state.total.set((state.total.get() ?? 0) + add * (broadcast.factor.get() ?? 1));
      timers.processing.set(now + inMs);
      timers.event.set((timestamp ?? 0) + 1_000);
      emit(state.total.get() ?? 0);
    },
  },
  onTimer: (_, { emit, state, timer }) => {
    if (timer?.domain === 'processing') throw new Error('never works');
    emit(state.total.get() ?? 0);
  },
});

/** What only races need: a bucket that closes meanwhile (`store-entries.ts`), a commit that conflicts (`turn-batch.ts`). */
const RACES = { elements: ['elements put segments'], process: ['process get keys'] } as const;

const FUNCTIONS: Readonly<Record<string, ProcessFunctionName>> = { 'runtime-0': 'elements', 'runtime-1': 'process' };

describe('the grants of the functions of process functions', () => {
  it('P20 are what their use cases need, and nothing more', async () => {
    const used = new Set<string>();
    const world = makeProcessWorld({
      processes: [totals],
      servedBy: 1,
      seams: {
        store: (owner, store) => {
          const name = FUNCTIONS[owner];
          return name ? grantedStore(store, name, (use) => used.add(use)) : store;
        },
      },
    });
    const start = world.clock.now();
    await world.submit('totals', [element('', { factor: 2 }, { input: 'broadcast', timestamp: 60 * MINUTE })]);
    const drafts = [1, 2].map((n) => element('a', { add: n }, { id: `e${n}`, timestamp: n * MINUTE }));
    await world.submit('totals', drafts);
    await world.submit('totals', drafts);
    await world.advance('totals', 10 * MINUTE);
    await world.runUntil(start + 20 * MINUTE);
    // Right before a bucket closes a hint may be overlooked, so its log is looked at and added to.
    const close = (Math.floor(world.clock.now() / MINUTE) + 1) * MINUTE - 3_000;
    await world.runUntil(close);
    const inMs = 5 * MINUTE + 10_000;
    await world.submit('totals', [element('b', { add: 1, inMs }, { id: 'b1', timestamp: 20 * MINUTE })]);
    await world.submit('totals', [element('a', { add: 1, inMs }, { id: 'e3', timestamp: 20 * MINUTE })]);
    await world.advance('totals', 30 * MINUTE);
    await world.runUntil(close + 10_000);
    expect(await world.during(world.deadLetters.redrive({ target: 'process:totals' }))).not.toEqual({ redriven: 0 });
    // What another function put out is looked for where the key says that it is.
    await world.key('totals', 'a');
    await world.runUntil(close + 30 * MINUTE);
    const desk = world.processDesk(0);
    expect((await world.during(desk.keys(totals, { limit: 10 }))).items).toHaveLength(2);
    await world.during(desk.describe(totals));
    for (const runtime of world.runtimes) await world.during(runtime.counters.flush());
    expect(world.failures).toEqual([]);
    for (const name of ['elements', 'process'] as const) {
      const granted = Object.entries(GRANTS[name]).flatMap(([table, operations]) =>
        operations.map((operation) => `${name} ${operation} ${table}`),
      );
      const own = [...used].filter((use) => use.startsWith(`${name} `));
      expect(own.filter((use) => !granted.includes(use))).toEqual([]);
      expect(granted.filter((use) => !own.includes(use))).toEqual(RACES[name]);
    }
  });
});
