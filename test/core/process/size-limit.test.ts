import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { ITEM_BYTES } from '../../../shared/core/process/limits.ts';
import { output } from '../../../shared/core/process/output.ts';
import type { Process } from '../../../shared/core/process/process.ts';
import { emptySnapshot, type Snapshot } from '../../../shared/core/process/snapshot.ts';
import { encodeSnapshot, sizeOfState } from '../../../shared/core/process/snapshot-codec.ts';
import { listState } from '../../../shared/core/process/state/spec.ts';
import { step } from '../../../shared/core/process/step.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';
import { codeOf, element, turn } from './scripted.ts';

/** Keeps every element as a text of that length; `-n` drops the last n; `t` keeps 500 by a timer; `o` puts 100,000 out. */
const keeping = (sides: { readonly tooLarge?: ReturnType<typeof output<string>> }, stateBytes = 1000) =>
  defineProcess({
    name: 'keeping',
    element: anything<string>(),
    output: output<string>(),
    sideOutputs: sides,
    state: { kept: listState<string>() },
    limits: { stateBytes },
    onElement: (value, { emit, state, timers }) => {
      if (value === 't') return timers.processing.set(1);
      if (value.startsWith('o')) return emit('o'.repeat(Number(value.slice(1))));
      if (value.startsWith('-')) return state.kept.set(state.kept.get().slice(0, Number(value)));
      state.kept.add('x'.repeat(Number(value)));
      emit(value);
    },
    onTimer: (_, { state }) => state.kept.add('x'.repeat(500)),
  });

const withSide = keeping({ tooLarge: output<string>() });
const without = keeping({});

const run = (process: Process, values: readonly string[], from: Snapshot = emptySnapshot) =>
  step(process, from, turn(values.map((value, n) => element(value, `${n} ${value}`))));

describe('F32: an element that would make the state too large', () => {
  it('goes to the side output, the old state is kept, and the others go on', () => {
    const { snapshot, effects } = run(withSide, ['400', '700', '300', '900', '100']);
    expect(effects.outputs.map(({ output: to, value }) => [to, value])).toEqual([
      [null, '400'],
      ['tooLarge', '700'],
      [null, '300'],
      ['tooLarge', '900'],
      [null, '100'],
    ]);
    expect([effects.applied, effects.failure, effects.diverted.tooLarge]).toEqual([5, null, 2]);
    expect(snapshot.version).toBe(1);
    expect(snapshot.seen).toHaveLength(5);
    expect(new Set(effects.outputs.map(({ id }) => id))).toHaveLength(5);
  });

  it('fails where there is none, as any call that throws', () => {
    const { snapshot, effects } = run(without, ['400', '700', '300']);
    expect(effects.failure).toMatchObject({ at: element('700', '1 700'), error: { code: 'STATE_TOO_LARGE' } });
    expect([effects.applied, snapshot.state.kept]).toEqual([1, [['x'.repeat(400)]]]);
  });

  it('is one that makes it larger: a state that is too large already may shrink', () => {
    const large = run(keeping({}, 100_000), ['5000', '5000']).snapshot;
    expect(run(without, ['-1'], large).effects.failure).toBeNull();
    expect(run(without, ['1'], large).effects.failure).toMatchObject({ error: { code: 'STATE_TOO_LARGE' } });
  });

  it('is told from a timer, which has no side output', () => {
    const harness = makeHarness(withSide);
    for (const value of ['t', '600']) harness.element({ key: 'k', value });
    expect(codeOf(() => harness.advanceTo(10))).toBe('STATE_TOO_LARGE');
    expect(harness.timers('k')).toHaveLength(1);
  });

  it('is the same one, in one turn or in a turn of its own', () => {
    const values = fc.array(fc.integer({ min: 1, max: 700 }).map(String), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(values, (all) => {
        const whole = run(withSide, all);
        let single: Snapshot = emptySnapshot;
        const outputs: unknown[] = [];
        for (const [n, value] of all.entries()) {
          const one = step(withSide, single, turn([element(value, `${n} ${value}`)]));
          single = one.snapshot;
          outputs.push(...single.outputs);
        }
        expect(whole.snapshot.outputs).toEqual(outputs);
        expect({ ...whole.snapshot, version: single.version, outputs: single.outputs }).toEqual(single);
        expect(sizeOfState(whole.snapshot)).toBeLessThanOrEqual(1000);
      }),
      { numRuns: 100, seed: 32 },
    );
  });
});

describe('F32: a turn', () => {
  it("ends before what would not fit the item with it, and the rest is the next one's", () => {
    const values = ['o100000', 'o100001', 'o100002', 'o100003', 'o100004'];
    const first = run(without, values);
    expect([first.effects.applied, first.effects.failure, first.effects.outputs.length]).toEqual([3, null, 3]);
    expect(encodeSnapshot(first.snapshot).length).toBeLessThanOrEqual(ITEM_BYTES);
    expect(run(without, values, first.snapshot).effects).toMatchObject({ applied: 5, duplicates: 3 });
  });

  it('fails in a call that does not fit alone', () => {
    expect(run(without, ['o350001']).effects.failure).toMatchObject({ error: { code: 'STATE_TOO_LARGE' } });
  });
});

it('F32: a limit beyond what an item holds is none', () => {
  expect(codeOf(() => keeping({}, ITEM_BYTES + 1))).toBe('INVALID_DEFINITION');
});
