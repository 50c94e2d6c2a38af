import { describe, expect, it } from 'vitest';
import type { Context } from '../../../shared/core/process/context.ts';
import { defineConnectedProcess, defineProcess, type Limits } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { emptySnapshot, type Snapshot } from '../../../shared/core/process/snapshot.ts';
import { listState, mapState, valueState } from '../../../shared/core/process/state/spec.ts';
import { step } from '../../../shared/core/process/step.ts';
import type { ElementInput, Turn } from '../../../shared/core/process/turn.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';

const state = { sum: valueState<number>(), list: listState<{ n: number }>() };
const sideOutputs = { alerts: output<string>() };
type Ctx = Context<typeof state, unknown, typeof sideOutputs, Record<never, never>>;

const scripted = (
  onElement: (value: string, ctx: Ctx) => unknown,
  onTimer: (at: number, ctx: Ctx) => unknown = () => undefined,
  limits: Partial<Limits> = {},
) =>
  defineProcess({
    name: 'scripted',
    element: anything<string>(),
    output: output<unknown>(),
    state,
    sideOutputs,
    limits,
    onElement: (value, ctx) => onElement(value, ctx) as undefined,
    onTimer: (at, ctx) => onTimer(at, ctx) as undefined,
  });

const element = (value: string, id: string | null = null): ElementInput => ({
  kind: 'element',
  input: 'main',
  id,
  timestamp: 1,
  value,
});
const turn = (inputs: readonly ElementInput[], more: Partial<Turn> = {}): Turn => ({
  key: 'k',
  inputs,
  now: 100,
  watermark: 0,
  ...more,
});
const codeOf = (call: () => void): unknown => {
  try {
    call();
  } catch (error) {
    return (error as { code?: string }).code;
  }
  return 'no error';
};
const feeding = (onElement: (value: string, ctx: Ctx) => unknown, limits?: Partial<Limits>) => (): void =>
  makeHarness(scripted(onElement, undefined, limits)).element({ key: 'k', value: 'x' });

const summing = scripted((value, ctx) => {
  ctx.state.sum.set((ctx.state.sum.get() ?? 0) + Number(value));
  ctx.emit(ctx.state.sum.get());
  if (value === '13') throw new Error('unlucky');
});

describe('P14: a turn', () => {
  it('keeps what came before a throw, nothing of the call that threw, and stops there', () => {
    const { snapshot, effects } = step(summing, emptySnapshot, turn([element('1'), element('2'), element('13'), element('4')]));
    expect(snapshot.state.sum).toEqual([3]);
    expect(effects.outputs.map(({ value }) => value)).toEqual([1, 3]);
    expect([effects.applied, effects.failure?.at]).toEqual([2, element('13')]);
  });

  it('that throws at once is the same snapshot again', () => {
    expect(step(summing, emptySnapshot, turn([element('13')])).snapshot).toBe(emptySnapshot);
  });

  it('of an element that came before changes nothing and gives the same outputs with the same ids', () => {
    const first = step(summing, emptySnapshot, turn([element('5', 'e1')]));
    const again = step(summing, first.snapshot, turn([element('5', 'e1')], { now: 200, watermark: 50 }));
    expect(again.snapshot).toBe(first.snapshot);
    expect(again.effects.outputs).toEqual(first.effects.outputs);
    expect([again.effects.applied, again.effects.duplicates]).toEqual([1, 1]);
  });

  it('of many elements is the turns of each', () => {
    const inputs = ['1', '2', '3', '4'].map((value) => element(value, value));
    const folded = step(summing, emptySnapshot, turn(inputs)).snapshot;
    let single: Snapshot = emptySnapshot;
    for (const input of inputs) single = step(summing, single, turn([input])).snapshot;
    expect({ ...folded, version: 4, outputs: single.outputs }).toEqual(single);
  });

  it('changes nothing that it was given', () => {
    const before = step(summing, emptySnapshot, turn([element('5')])).snapshot;
    const copy = structuredClone(before);
    step(summing, before, turn([element('6')]));
    expect(before).toEqual(copy);
  });

  it('leaves a timer that throws pending, and its pass unfinished', () => {
    let unlucky = true;
    const process = scripted(
      (_, { timers }) => {
        for (const at of [5, 7, 9]) timers.event.set(at);
      },
      (at, { emit }) => {
        emit(at);
        if (at === 7 && unlucky) throw new Error('unlucky');
      },
    );
    const set = step(process, emptySnapshot, turn([element('x')])).snapshot;
    const failed = step(process, set, turn([], { watermark: 10 }));
    expect(failed.snapshot.event.map(({ at }) => at)).toEqual([7, 9]);
    expect(failed.effects.failure?.at).toMatchObject({ at: 7, domain: 'event' });
    unlucky = false;
    const done = step(process, failed.snapshot, turn([], { watermark: 10 }));
    expect(done.effects.outputs.map(({ value }) => value)).toEqual([7, 9]);
  });
});

describe('timers', () => {
  it('set by an element behind the watermark wait for the next one (K04)', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => {
          for (const at of [50, 100]) timers.event.set(at);
        },
        (at, { emit }) => emit(at),
      ),
    );
    harness.advanceWatermark(100);
    harness.element({ key: 'k', value: 'x' });
    harness.advanceWatermark(100);
    expect(harness.outputs()).toEqual([]);
    harness.advanceWatermark(101);
    expect(harness.outputs().map(({ value }) => value)).toEqual([50, 100]);
  });

  it('set by onTimer at or below the watermark fire in the same pass (K05), deleted ones do not (K08)', () => {
    const process = scripted(
      (_, { timers }) => {
        for (const at of [5, 7]) timers.event.set(at);
      },
      (at, { emit, timers, state }) => {
        emit(at);
        if (at !== 5 || state.sum.get() !== null) return;
        state.sum.set(1);
        for (const next of [3, 5, 8, 10, 11]) timers.event.set(next);
        timers.event.delete(7);
      },
    );
    const harness = makeHarness(process);
    harness.element({ key: 'k', value: 'x' });
    harness.advanceWatermark(10);
    expect(harness.outputs().map(({ value }) => value)).toEqual([5, 3, 5, 8, 10]);
    expect(harness.timers('k').map(({ at }) => at)).toEqual([11]);
  });

  it('K6: are capped per key, duplicates counting once', () => {
    const set = (count: number) => feeding((_, { timers }) => {
      for (let at = 0; at < count; at++) for (const domain of ['event', 'processing'] as const) timers[domain].set(at);
      for (let at = 0; at < count; at++) timers.event.set(at);
    });
    expect(codeOf(set(500))).toBe('no error');
    expect(codeOf(set(501))).toBe('TOO_MANY_TIMERS');
  });

  it.each([Number.NaN, 1.5, Number.POSITIVE_INFINITY])('are not set for %s', (at) => {
    expect(codeOf(feeding((_, { timers }) => timers.event.set(at)))).toBe('INVALID_TIMER');
  });

  it('with a name move when set again, also in their callback', () => {
    const harness = makeHarness(
      scripted(
        (value, { timers }) => timers.processing.setNamed('deadline', Number(value)),
        (at, { emit, timers }) => {
          emit(at);
          if (at === 50) timers.processing.setNamed('deadline', 60);
        },
      ),
    );
    for (const value of ['10', '90', '50']) harness.element({ key: 'k', value });
    harness.advanceTo(200);
    expect(harness.outputs().map(({ value }) => value)).toEqual([50, 60]);
  });

  it('that are periodic skip what was missed, keep their phase, and can be deleted in their callback', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => timers.processing.every('beat', 100, 100),
        (at, { emit, timers }) => {
          emit(at);
          if (at === 1200) timers.processing.deleteNamed('beat');
        },
      ),
    );
    harness.element({ key: 'k', value: 'x' });
    for (const now of [100, 1001, 1099, 1100, 5000]) harness.advanceTo(now);
    for (const now of [5100, 5200]) harness.advanceTo(now);
    expect(harness.outputs().map(({ value }) => value)).toEqual([100, 200, 1100, 1200]);
  });

  it('that set themselves for ever are found out', () => {
    const harness = makeHarness(scripted((_, { timers }) => timers.event.set(5), (at, { timers }) => timers.event.set(at)));
    harness.element({ key: 'k', value: 'x' });
    expect(codeOf(() => harness.advanceWatermark(10))).toBe('TIMER_LOOP');
  });

  it('in chains end after the end of input, and say how many are left', () => {
    const process = scripted(
      (_, { timers }) => timers.event.set(5),
      (at, { timers }) => timers.event.set(at + 60_000),
      { finalFirings: 50 },
    );
    const set = step(process, emptySnapshot, turn([element('x')])).snapshot;
    const { effects, snapshot } = step(process, set, turn([], { watermark: Number.MAX_SAFE_INTEGER }));
    expect([effects.fired, effects.refused, effects.more]).toEqual([50, 1, false]);
    expect(snapshot.event).toHaveLength(1);
  });
});

describe('K8: a handler', () => {
  it('that returns a promise is refused', () => {
    expect(codeOf(feeding(async () => undefined))).toBe('ASYNC_HANDLER');
  });

  it('puts out no more than allowed, nothing undefined, and nothing to where nothing is declared', () => {
    const flood = (count: number) => feeding((_, { emit }) => {
      for (let n = 0; n < count; n++) emit(n);
    });
    expect([codeOf(flood(1000)), codeOf(flood(1001))]).toEqual(['no error', 'TOO_MANY_OUTPUTS']);
    expect(codeOf(feeding((_, { emit }) => emit(undefined)))).toBe('INVALID_DATA');
    expect(codeOf(feeding((_, { sideOutput }) => sideOutput('toString' as never, 'x' as never)))).toBe('UNDECLARED_OUTPUT');
  });

  it('cannot use its context when the call is over', () => {
    let kept: Ctx | null = null;
    feeding((_, ctx) => {
      kept = ctx;
    })();
    const ctx = kept as Ctx | null;
    for (const use of [() => ctx?.state.sum.get(), () => ctx?.emit(1), () => ctx?.timers.event.set(1)]) {
      expect(codeOf(use)).toBe('CONTEXT_CLOSED');
    }
  });

  it('gets copies of state, and what it changes afterwards is not in it (Q06)', () => {
    const harness = makeHarness(
      scripted((_, { state, emit }) => {
        const mine = { n: 1 };
        state.list.add(mine);
        mine.n = 2;
        for (const read of state.list.get()) read.n = 3;
        emit(state.list.get());
      }),
    );
    harness.element({ key: 'k', value: 'x' });
    expect(harness.outputs()[0]?.value).toEqual([{ n: 1 }]);
  });
});

it('keyed calls read what was broadcast, and cannot write it', () => {
  const process = defineConnectedProcess({
    name: 'ruled',
    inputs: { main: anything<string>() },
    output: output<string | null>(),
    broadcast: {
      element: anything<string>(),
      state: { rules: mapState<string>() },
      onElement: (value, ctx) => ctx.state.rules.set('rule', value),
    },
    onElement: {
      main: (value, { broadcast, emit }) => {
        emit(broadcast.rules.get('rule'));
        if (value === 'write') (broadcast.rules as unknown as { set(key: string, value: string): void }).set('rule', 'x');
      },
    },
  });
  const harness = makeHarness(process);
  harness.element({ key: 'k', value: 'read' });
  harness.broadcast('R1');
  const restarted = makeHarness(process, { restore: harness.save() });
  restarted.element({ key: 'k', value: 'read' });
  expect([...harness.outputs(), ...restarted.outputs()].map(({ value }) => value)).toEqual([null, 'R1']);
  expect(codeOf(() => restarted.element({ key: 'k', value: 'write' }))).toBe('READ_ONLY_STATE');
  restarted.advanceWatermark(10, 'main');
  expect(restarted.watermark).toBeLessThan(10);
  restarted.advanceWatermark(20, 'broadcast');
  expect(restarted.watermark).toBe(10);
});
