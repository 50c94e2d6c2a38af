import { number, object } from 'valibot';
import { makeSourceFunction } from '../../functions/process/source.ts';
import { DEFAULT_LIMITS } from '../../shared/api/limits.ts';
import { parseDeadLetter } from '../../shared/app/dead-letter-record.ts';
import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import { listState, valueState } from '../../shared/core/process/state/spec.ts';
import type { ItemStore } from '../../shared/ports/item-store.ts';
import { StoreError } from '../../shared/ports/store-error.ts';
import { CANARY } from '../support/canary.ts';
import { makeProcessWorld } from '../support/process-world.ts';
import type { Seams } from '../support/seams.ts';
import { contextWith } from './events.ts';
import { CLUSTER, FIFO, QUEUE, STREAM } from './source-events.ts';

export const SECOND = 1_000;
export const START = Date.UTC(2026, 10, 23, 8);

/** Sums up by key, remembers in what order, and says the sum when event time has passed the minute. */
export const sums = defineProcess({
  name: 'sums',
  element: object({ n: number() }),
  output: output<number>({ target: 'push' }),
  state: { sum: valueState<number>(), order: listState<number>() },
  onElement: ({ n }, { state, timers, timestamp }) => {
    if (n < 0) throw undefined;
    state.sum.set((state.sum.get() ?? 0) + n);
    state.order.add(n);
    if (timestamp !== null) timers.event.setNamed('minute', START + 60 * SECOND);
  },
  onTimer: (_, { emit, state }) => emit(state.sum.get() ?? 0),
});

export const to = (arn: string | null, topic: string | null = null) => ({ arn, topic, process: 'sums', input: 'main' });
const ROUTES = [to(QUEUE), to(FIFO), to(STREAM), to(CLUSTER, 'clicks'), to(CLUSTER, 'taps'), to(null, 'clicks')];

export const makeSources = (seams?: Seams) => {
  const world = makeProcessWorld({ processes: [sums], start: START, ...(seams && { seams }) });
  const source = (runtime = 0) => {
    const made = world.runtimes[runtime];
    if (!made) throw new Error('no such runtime');
    const { clock, telemetry } = world;
    return makeSourceFunction({ runtime: made, routes: ROUTES, limits: DEFAULT_LIMITS, clock, telemetry });
  };
  return {
    ...world,
    source,
    /** The identifiers that come back as failed. */
    bring: async (event: unknown, { runtime = 0, remainingMs = 60_000 } = {}): Promise<unknown[]> => {
      const called = source(runtime)(event, contextWith(remainingMs));
      const answer = await world.during(called, world.clock.now() + 120 * SECOND);
      return answer.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
    },
    state: async (key: string) => (await world.key('sums', key))?.state,
    watermark: async () => (await world.during(world.processDesk(0).describe(sums))).watermark,
    letters: () =>
      world.bareStore
        .items()
        .filter(({ pk }) => pk.startsWith('dead#'))
        .map((item) => {
          const letter = parseDeadLetter(item);
          return { reason: letter?.reason, text: JSON.parse(new TextDecoder().decode(letter?.payload)) };
        }),
  };
};

export const at = (seconds: number): string => new Date(START + seconds * SECOND).toISOString();
export const add = (key: string, n: number, more: object = {}) => ({
  ...{ key, timestamp: at(0), value: { canary: CANARY, n } },
  ...more,
});

/** A store that is down for a key as long as `isDown` says. */
export const downFor = (key: string, isDown: () => boolean): Seams => ({
  store: (owner, store): ItemStore => ({
    ...store,
    put: (item, expected) => {
      if (owner.startsWith('runtime') && item.sk === `k${key}` && isDown()) {
        return Promise.reject(new StoreError('UNAVAILABLE', 'down'));
      }
      return store.put(item, expected);
    },
  }),
});
