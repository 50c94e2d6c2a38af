import { describe, expect, it } from 'vitest';
import { defineConnectedProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { emptySnapshot, type Snapshot } from '../../../shared/core/process/snapshot.ts';
import { mapState } from '../../../shared/core/process/state/spec.ts';
import { step } from '../../../shared/core/process/step.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';
import { type Ctx, codeOf, element, feeding, scripted, turn } from './scripted.ts';

const summing = scripted((value, ctx) => {
  ctx.state.sum.set((ctx.state.sum.get() ?? 0) + Number(value));
  ctx.emit(ctx.state.sum.get());
  if (value === '13') throw new Error('unlucky');
});

describe('P14: a turn', () => {
  it('keeps what came before a throw, nothing of the call that threw, and stops there', () => {
    const { snapshot, effects } = step(
      summing,
      emptySnapshot,
      turn([element('1'), element('2'), element('13'), element('4')]),
    );
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

describe('K8: a handler', () => {
  it('that returns a promise is refused', () => {
    expect(codeOf(feeding(async () => undefined))).toBe('ASYNC_HANDLER');
  });

  it('puts out no more than allowed, nothing undefined, and nothing to where nothing is declared', () => {
    const flood = (count: number) =>
      feeding((_, { emit }) => {
        for (let n = 0; n < count; n++) emit(n);
      });
    expect([codeOf(flood(1000)), codeOf(flood(1001))]).toEqual(['no error', 'TOO_MANY_OUTPUTS']);
    expect(codeOf(feeding((_, { emit }) => emit(undefined)))).toBe('INVALID_DATA');
    expect(codeOf(feeding((_, { sideOutput }) => sideOutput('toString' as never, 'x' as never)))).toBe(
      'UNDECLARED_OUTPUT',
    );
  });

  it('stores and puts out only what the next turn can read', () => {
    expect(codeOf(feeding((_, { emit }) => emit(1, 1.5)))).toBe('INVALID_DATA');
    expect(codeOf(feeding((_, { state }) => state.sum.set(Number.NaN)))).toBe('INVALID_DATA');
    expect(codeOf(feeding((_, { state }) => state.byName.set(7 as never, 1)))).toBe('INVALID_DATA');
    expect(codeOf(feeding((_, { state }) => state.list.add(new Map() as never)))).toBe('INVALID_DATA');
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
        if (value === 'write')
          (broadcast.rules as unknown as { set(key: string, value: string): void }).set('rule', 'x');
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
