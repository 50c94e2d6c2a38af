import { number, object } from 'valibot';
import { expect, it } from 'vitest';
import { GRANTS } from '../../cdk/grants.ts';
import type { SourceRecord } from '../../shared/app/process/source-record.ts';
import { defineConnectedProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { valueState } from '../../shared/core/process/state/spec.ts';
import { element, makeProcessWorld } from '../support/process-world.ts';
import { grantedStore } from './granted-store.ts';

const MINUTE = 60_000;

const totals = defineConnectedProcess({
  name: 'totals',
  inputs: { main: object({ add: number() }) },
  broadcast: {
    element: object({ factor: number() }),
    state: { factor: valueState<number>() },
    onElement: ({ factor }, { state }) => state.factor.set(factor),
  },
  output: output<number>({ target: 'push' }),
  state: { total: valueState<number>() },
  onElement: {
    main: ({ add }, { broadcast, emit, now, state, timers, timestamp }) => {
      state.total.set((state.total.get() ?? 0) + add * (broadcast.factor.get() ?? 1));
      timers.processing.set(now + 5 * MINUTE + 10_000);
      timers.event.set((timestamp ?? 0) + 1_000);
      emit(state.total.get() ?? 0);
    },
  },
  onTimer: () => {},
});

const records = (...elements: readonly ReturnType<typeof element>[]): SourceRecord[] =>
  elements.map((of, n) => ({ id: `r${n}`, line: 'p-0', bytes: new Uint8Array(), content: { ok: true, element: of } }));

/** What only races need: a bucket that closes meanwhile (`store-entries.ts`), a commit that conflicts (`turn-batch.ts`). */
const RACES = ['get keys', 'put segments'];

it('P20 the grants of the function of sources are what its use case needs, and nothing more', async () => {
  const used = new Set<string>();
  const world = makeProcessWorld({
    processes: [totals],
    servedBy: 1,
    seams: {
      store: (owner, store) =>
        owner === 'runtime-0' ? grantedStore(store, 'source', (use) => used.add(use.replace('source ', ''))) : store,
    },
  });
  const feed = async (runtime: number, ...elements: readonly ReturnType<typeof element>[]): Promise<void> => {
    const batch = { process: totals, partition: 'p-0', records: records(...elements) };
    const done = await world.during(world.runtimes[runtime]?.feed(batch) ?? Promise.reject(new Error('no runtime')));
    expect(done.size).toBe(elements.length);
  };
  await feed(0, element('', { factor: 2 }, { input: 'broadcast', timestamp: 60 * MINUTE }));
  await feed(0, element('a', { add: 1 }, { id: 'e1', timestamp: MINUTE }), element('a', { add: 'x' }));
  // Right before a bucket closes a hint may be overlooked, so its log is looked at and added to.
  await world.runUntil((Math.floor(world.clock.now() / MINUTE) + 1) * MINUTE - 3_000);
  await feed(0, element('b', { add: 1 }, { id: 'e2', timestamp: 2 * MINUTE }));
  // What another function put out is looked for where the key says that it is.
  await feed(1, element('c', { add: 1 }, { id: 'e3', timestamp: 3 * MINUTE }));
  await feed(0, element('c', { add: 1 }, { id: 'e4', timestamp: 3 * MINUTE }));
  await world.during(world.runtimes[0]?.counters.flush() ?? Promise.resolve());
  expect(world.failures).toEqual([]);
  const granted = Object.entries(GRANTS.source).flatMap(([table, operations]) =>
    operations.map((operation) => `${operation} ${table}`),
  );
  expect([...used].filter((use) => !granted.includes(use))).toEqual([]);
  expect(granted.filter((use) => !used.has(use)).sort()).toEqual(RACES);
});
