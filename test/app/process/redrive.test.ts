import { number, object } from 'valibot';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeDeadLetterDesk } from '../../../shared/app/make-dead-letter-desk.ts';
import { call } from '../../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { boundedOutOfOrderness } from '../../../shared/core/process/watermark/strategy.ts';
import type { Hint } from '../../../shared/ports/pointer-queue.ts';
import { makeMortal } from '../../support/mortal.ts';
import { element, makeProcessWorld, type ProcessWorldOptions } from '../../support/process-world.ts';

const MINUTE = 60_000;
const TARGET = 'process:mended';

/** What a release that mends the handlers changes. */
let broken = true;

const mended = defineProcess({
  name: 'mended',
  element: object({ n: number() }),
  watermark: boundedOutOfOrderness(0),
  output: output<string>({ target: 'push' }),
  state: { sum: valueState<number>() },
  calls: {
    ask: call({
      run: async (n: number) => {
        if (broken) throw new Error('down');
        return n + 1;
      },
      retry: { maxRetries: 0 },
    }),
  },
  onElement: ({ n }, { call, emit, now, state, timers, timestamp }) => {
    if (n === 7) return call.ask(n);
    state.sum.set((state.sum.get() ?? 0) + n);
    emit(`sum ${state.sum.get()}`);
    if (n === 2) timers.processing.every('beat', MINUTE, now + 1_000);
    if (timestamp !== null) timers.event.set(timestamp + 1_000);
  },
  onTimer: (_, { emit, state, timer, timers }) => {
    if (broken) throw new Error('never works');
    emit(`${timer?.domain} ${state.sum.get()}`);
    if (timer?.name) timers.processing.deleteNamed(timer.name);
  },
  onResult: { ask: (result, { emit }) => emit(`asked ${result}`) },
});

/** The source is to bring an element that its handler takes now, and did not before. */
const giver = defineProcess({
  name: 'giver',
  element: object({ n: number() }),
  output: output<{ n: number }>({ process: 'taker' }),
  onElement: ({ n }, { emit }) => emit({ n }),
});
const taker = defineProcess({
  name: 'taker',
  element: object({ n: number() }),
  output: output<number>({ target: 'push' }),
  onElement: ({ n }, { emit }) => {
    if (broken) throw new Error('never works');
    emit(n);
  },
});

const world = async (options: Partial<ProcessWorldOptions> = {}) => {
  const made = makeProcessWorld({ processes: [mended, giver, taker], ...options });
  const letters = async (target = TARGET) => (await made.during(made.deadLetters.list({ target, limit: 10 }))).items;
  return {
    ...made,
    letters,
    redrive: (target = TARGET) => made.during(made.deadLetters.redrive({ target })),
    settle: (ms = 2 * MINUTE) => made.runUntil(made.clock.now() + ms),
  };
};

beforeEach(() => {
  broken = true;
});

describe('P10 a redrive of what a process gave up', () => {
  it('fires a timer at once, whatever domain it is of, and lets its periods go on', async () => {
    const at = await world();
    await at.submit('mended', [
      element('a', { n: 2 }, { id: 'e1' }),
      element('b', { n: 1 }, { id: 'e2', timestamp: 0 }),
    ]);
    await at.advance('mended', 10_000);
    await at.settle();
    expect((await at.letters()).map(({ reason, attempts }) => [reason, attempts])).toEqual([
      ['HANDLER_FAILED', 3],
      ['HANDLER_FAILED', 3],
    ]);
    const { next } = await at.during(at.deadLetters.list({ target: TARGET, limit: 1 }));
    expect((await at.during(at.deadLetters.list({ limit: 10, cursor: next ?? '' }))).items).toHaveLength(1);
    broken = false;
    expect(await at.redrive()).toEqual({ redriven: 2 });
    await at.settle(5_000);
    expect(at.bodies().sort()).toEqual(['event 1', 'processing 2', 'sum 1', 'sum 2']);
    expect(await at.letters()).toEqual([]);
    expect(await at.redrive()).toEqual({ redriven: 0 });
    await at.settle();
    expect(at.bodies()).toHaveLength(4);
    expect(at.failures).toEqual([]);
  });

  it('feeds an element under its id, so that twice changes nothing (P11)', async () => {
    const at = await world();
    await at.submit('giver', [element('a', { n: 5 }, { id: 'e1' })]);
    const [letter] = await at.letters('process:taker');
    broken = false;
    const ids = [letter?.id ?? ''];
    expect(await at.during(at.deadLetters.redrive({ ids }))).toEqual({ redriven: 1 });
    expect(await at.during(at.deadLetters.redrive({ ids }))).toEqual({ redriven: 1 });
    await at.settle();
    expect(at.bodies()).toEqual([5]);
    expect(await at.letters('process:taker')).toEqual([]);
  });

  it('makes a call anew', async () => {
    const at = await world();
    await at.submit('mended', [element('a', { n: 7 }, { id: 'e1' })]);
    await at.settle();
    expect(await at.letters()).toMatchObject([{ reason: 'CALL_FAILED', attempts: 3 }]);
    broken = false;
    await at.redrive();
    await at.settle();
    expect([at.bodies(), await at.letters()]).toEqual([['asked 8'], []]);
  });

  it('leaves a letter with more attempts where it fails again, and loses nothing', async () => {
    const at = await world();
    await at.submit('mended', [element('a', { n: 2 }, { id: 'e1' })]);
    await at.settle();
    const before = await at.letters();
    await at.redrive();
    await at.settle();
    const after = await at.letters();
    expect(after).toMatchObject([{ id: before[0]?.id, attempts: 6, reason: 'HANDLER_FAILED' }]);
    broken = false;
    await at.redrive();
    await at.settle();
    expect([at.bodies(), await at.letters()]).toEqual([['sum 2', 'processing 2'], []]);
  });

  it('leaves a letter that says so where this release does not have the process', async () => {
    const at = await world();
    await at.submit('mended', [element('a', { n: 2 }, { id: 'e1' })]);
    await at.settle();
    const without = makeProcessWorld({ processes: [giver, taker], store: {} });
    for (const item of at.bareStore.items()) await without.bareStore.put(item, 'any');
    await without.runUntil(at.clock.now());
    await without.during(without.deadLetters.redrive({ target: TARGET }));
    await without.runUntil(without.clock.now() + MINUTE);
    const { items } = await without.during(without.deadLetters.list({ target: TARGET, limit: 10 }));
    expect(items).toMatchObject([{ reason: 'PROCESS_NOT_DEPLOYED', attempts: 3 }]);
  });

  it('is refused where there are no process functions, and the letter stays', async () => {
    const at = await world();
    await at.submit('mended', [element('a', { n: 2 }, { id: 'e1' })]);
    await at.settle();
    const refused = at.during(makeDeadLetterDesk(at.engine).redrive({ target: TARGET }));
    await expect(refused).rejects.toMatchObject({ status: 409, code: 'PROCESS_NOT_DEPLOYED' });
    expect(await at.letters()).toHaveLength(1);
  });

  it('is found by the tick where its pointer is lost (F16)', async () => {
    const at = await world();
    await at.submit('mended', [element('a', { n: 2 }, { id: 'e1' })]);
    await at.settle();
    broken = false;
    const lost = { send: async (hints: readonly Hint[]) => hints };
    await at.during(makeDeadLetterDesk(at.engine, { ...at.processing, queue: lost }).redrive({ target: TARGET }));
    await at.settle(5 * MINUTE);
    expect([at.bodies(), await at.letters()]).toEqual([['sum 2', 'processing 2'], []]);
  });

  it('sends once wherever its worker is killed (P14)', async () => {
    const killed = async (death: { call: number; phase: 'before' | 'after' } | undefined) => {
      broken = true;
      const mortal = makeMortal({ owner: 'runtime-9', death });
      const at = await world({ servedBy: 0, runtimes: 1 });
      await at.submit('mended', [element('a', { n: 2 }, { id: 'e1' })]);
      await at.settle();
      broken = false;
      at.replaceRuntime(0, 'runtime-9', mortal.seams);
      await at.redrive();
      await at.settle(10_000);
      if (mortal.life.dead) at.replaceRuntime(0, 'runtime-10');
      await at.settle(15 * MINUTE);
      return { bodies: at.bodies(), letters: await at.letters(), calls: mortal.life.calls };
    };
    const { calls, bodies } = await killed(undefined);
    expect(bodies).toEqual(['sum 2', 'processing 2']);
    for (let n = 1; n <= calls; n++) {
      for (const phase of ['before', 'after'] as const) {
        const { bodies: sent, letters } = await killed({ call: n, phase });
        expect([sent, letters], `call ${n}, ${phase}`).toEqual([['sum 2', 'processing 2'], []]);
      }
    }
  }, 60_000);
});
