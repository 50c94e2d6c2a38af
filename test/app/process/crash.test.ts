import { number, object } from 'valibot';
import { describe, expect, it } from 'vitest';
import { call } from '../../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { boundedOutOfOrderness } from '../../../shared/core/process/watermark/strategy.ts';
import { makeMortal } from '../../support/mortal.ts';
import { element, makeProcessWorld } from '../../support/process-world.ts';

const MINUTE = 60_000;

type Row = { readonly from: string; readonly total: number };

/** Sums up, says so at once, half a minute later, and when event time has passed the minute. */
const totals = defineProcess({
  name: 'totals',
  element: object({ add: number() }),
  output: output<Row>({ target: 'push' }),
  state: { total: valueState<number>() },
  watermark: boundedOutOfOrderness(0),
  onElement: ({ add }, { emit, now, state, timers, timestamp }) => {
    const total = (state.total.get() ?? 0) + add;
    state.total.set(total);
    emit({ from: 'element', total });
    timers.processing.setNamed('later', now + 30_000);
    if (timestamp !== null) timers.event.setNamed('minute', Math.ceil((timestamp + 1) / MINUTE) * MINUTE);
  },
  onTimer: (_, { emit, state, timer }) => emit({ from: timer?.domain ?? '', total: state.total.get() ?? 0 }),
});

const DRAFTS = [1, 2, 3].flatMap((n) =>
  ['a', 'b'].map((key) => element(key, { add: n }, { id: `${key}${n}`, timestamp: n * 1000 })),
);

const EXPECTED = ['a', 'b'].flatMap(() => [
  { from: 'element', total: 1 },
  { from: 'element', total: 3 },
  { from: 'element', total: 6 },
  { from: 'event', total: 6 },
  { from: 'processing', total: 6 },
]);

const sorted = (rows: readonly Row[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

/** Feeds through a runtime that dies at `death`, again through another as a source would, and lets everything settle. */
const runWithDeath = async (death: { call: number; phase: 'before' | 'after' } | undefined) => {
  const mortal = makeMortal({ owner: 'runtime-0', death });
  const world = makeProcessWorld({ processes: [totals], seams: mortal.seams });
  const start = world.clock.now();
  world.track(world.processDesk(0).submit(totals, DRAFTS, 'http'));
  await world.runUntil(start + 2_000);
  if (mortal.life.dead) world.replaceRuntime(0, 'runtime-9');
  await world.submit('totals', DRAFTS, { runtime: 1 });
  await world.advance('totals', 10 * MINUTE, { runtime: 1 });
  if (mortal.life.dead) world.replaceRuntime(0, 'runtime-9');
  await world.runUntil(start + 10 * MINUTE);
  if (mortal.life.dead) world.replaceRuntime(0, 'runtime-9');
  await world.runUntil(start + 25 * MINUTE);
  return { world, life: mortal.life };
};

describe('process functions whose worker is killed', () => {
  it('lose no output and give none twice, wherever it dies (P14, F19)', async () => {
    const whole = await runWithDeath(undefined);
    expect(sorted(whole.world.bodies())).toEqual(sorted(EXPECTED));
    const { calls } = whole.life;
    expect(calls).toBeGreaterThan(10);
    for (let call = 1; call <= calls; call++) {
      for (const phase of ['before', 'after'] as const) {
        const { world } = await runWithDeath({ call, phase });
        const at = `call ${call}, ${phase}`;
        expect(sorted(world.bodies()), at).toEqual(sorted(EXPECTED));
        expect(new Set(world.arrivals.map(({ id }) => id)).size, at).toBe(EXPECTED.length);
        expect(world.failures, at).toEqual([]);
      }
    }
  }, 120_000);

  it('make asynchronous calls at least once under one id, and hand each result over once (P14)', async () => {
    const made: string[] = [];
    const enrich = defineProcess({
      name: 'enrich',
      element: object({ n: number() }),
      output: output<number>({ target: 'push' }),
      calls: {
        double: call({
          run: async (n: number, { id }) => {
            made.push(id);
            return 2 * n;
          },
        }),
      },
      onElement: ({ n }, ctx) => ctx.call.double(n),
      onResult: { double: (twice, { emit }) => emit(twice) },
    });
    for (const after of [0, 2, 4, 6, 8]) {
      made.length = 0;
      const death = after === 0 ? undefined : ({ call: after, phase: 'after' } as const);
      const mortal = makeMortal({ owner: 'runtime-0', death });
      const world = makeProcessWorld({ processes: [enrich], seams: mortal.seams });
      const drafts = [element('a', { n: 21 }, { id: 'one' })];
      world.track(world.processDesk(0).submit(enrich, drafts, 'http'));
      await world.runUntil(world.clock.now() + 1_000);
      if (mortal.life.dead) world.replaceRuntime(0, 'runtime-9');
      await world.submit('enrich', drafts, { runtime: 1 });
      await world.runUntil(world.clock.now() + 20 * MINUTE);
      expect(world.bodies(), `after ${after}`).toEqual([42]);
      expect(new Set(made).size, `after ${after}`).toBe(1);
    }
  });
});
