import { describe, expect, it } from 'vitest';
import { call } from '../../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { emptySnapshot } from '../../../shared/core/process/snapshot.ts';
import { step } from '../../../shared/core/process/step.ts';
import type { Input } from '../../../shared/core/process/turn.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';
import { harnessed, naming } from './naming.ts';
import { element, turn } from './scripted.ts';

describe('a call', () => {
  it('is in the snapshot with its id until its result was handed over, which has the time of its input', () => {
    const process = naming();
    const asked = step(process, emptySnapshot, turn([element('a b')]));
    expect(asked.effects.calls.map(({ id, request }) => [id, request])).toEqual([
      ['naming.1.c0.k', 'a'],
      ['naming.1.c1.k', 'b'],
    ]);
    const result = (id: string, ok: string): Input => ({ kind: 'result', call: 'ask', id, outcome: { ok } });
    const answered = step(process, asked.snapshot, turn([result('naming.1.c1.k', 'B')]));
    expect(answered.effects.outputs).toMatchObject([{ value: 'b: B @1', timestamp: 1 }]);
    expect(answered.effects.calls.map(({ request }) => request)).toEqual(['a']);
    const again = step(process, answered.snapshot, turn([result('naming.1.c1.k', 'C')]));
    expect(again.snapshot).toBe(answered.snapshot);
    expect([again.effects.duplicates, again.effects.outputs]).toEqual([1, answered.effects.outputs]);
  });

  it('is made by a supplied function on the virtual clock', () => {
    const harness = harnessed({}, { calls: { ask: (id: string) => ({ ok: id.toUpperCase(), afterMs: 50 }) } });
    harness.ask('a');
    harness.advanceTo(49);
    expect(harness.rows()).toEqual([]);
    harness.advanceTo(50);
    expect(harness.rows()).toEqual(['a: A @1']);
    expect([harness.calls(), harness.failedCalls()]).toEqual([[], []]);
  });

  it('that is ordered gives its result when those before it gave theirs; an unordered one at once', () => {
    for (const [order, rows] of [
      ['ordered', ['a: A @1', 'b: B @1', 'x: X @1']],
      ['unordered', ['b: B @1', 'x: X @1', 'a: A @1']],
    ] as const) {
      const harness = harnessed({ order });
      harness.ask('a b');
      harness.answer('b', 'B');
      harness.ask('x', 'another key');
      if (order === 'unordered') harness.answer('x', 'X');
      harness.answer('a', 'A');
      if (order === 'ordered') harness.answer('x', 'X');
      expect(harness.rows()).toEqual(rows);
    }
  });

  it('A02: that is unordered does not overtake one from before a watermark, which waits for it', () => {
    const harness = harnessed();
    harness.ask('a b', 'k', 1);
    harness.advanceWatermark(2);
    harness.ask('c', 'k', 3);
    harness.answer('c', 'C');
    harness.answer('b', 'B');
    expect(harness.rows()).toEqual(['b: B @1']);
    expect(harness.log().some(({ kind }) => kind === 'watermark')).toBe(false);
    harness.answer('a', 'A');
    expect(harness.log().slice(-3)).toMatchObject([{ value: 'a: A @1' }, { watermark: 2 }, { value: 'c: C @3' }]);
  });

  it('A10: backs off by itself, whatever other calls do', () => {
    const harness = harnessed(
      { retry: { maxRetries: 4, initialMs: 100, factor: 2 } },
      { calls: { ask: () => ({ failed: new Error('down') }) } },
    );
    harness.ask('a');
    harness.advanceTo(250);
    harness.ask('b');
    harness.advanceTo(2000);
    expect(harness.attempts().filter((one) => one.startsWith('a'))).toEqual([
      'a#1@0',
      'a#2@100',
      'a#3@300',
      'a#4@700',
      'a#5@1500',
    ]);
    expect(harness.attempts().filter((one) => one.startsWith('b'))).toEqual([
      'b#1@250',
      'b#2@350',
      'b#3@550',
      'b#4@950',
      'b#5@1750',
    ]);
  });

  it('P10: that fails goes to the dead letters, once, and the others go on', () => {
    const answers = { ask: (id: string) => (id === 'bad' ? { failed: new Error('bad id') } : { ok: 'fine' }) };
    const harness = harnessed({ order: 'ordered', retry: { maxRetries: 1, initialMs: 10 } }, { calls: answers });
    harness.ask('bad good');
    expect(harness.rows()).toEqual([]);
    harness.advanceTo(10);
    expect(harness.rows()).toEqual(['good: fine @1']);
    expect(harness.failedCalls()).toMatchObject([{ request: 'bad', reason: 'Error: bad id', attempts: 2 }]);
    expect(harness.keys().map((key) => harness.state(key))).toEqual([{ named: 1 }]);
  });

  it("ends at its timeout, and its late answer is nobody's", () => {
    const harness = harnessed({ timeoutMs: 100, totalTimeoutMs: 250, retry: { maxRetries: 9, initialMs: 50 } });
    harness.ask('a');
    const late = harness.calls()[0]?.id ?? '';
    harness.advanceTo(1000);
    expect(harness.attempts()).toEqual(['a#1@0', 'a#2@150']);
    expect(harness.failedCalls()).toMatchObject([
      { attempts: 2, reason: 'No result within 250 ms, after 2 attempts.' },
    ]);
    harness.settleCall(late, { ok: 'late' });
    expect(harness.rows()).toEqual([]);
  });

  it('runs no more often at a time than inFlight says, the oldest first', () => {
    const harness = harnessed({ inFlight: 2 });
    for (const [n, key] of ['k1', 'k2', 'k3'].entries()) harness.ask(`a${n}`, key);
    expect(harness.calls().map(({ request }) => request)).toEqual(['a0', 'a1']);
    harness.answer('a0', 'A');
    expect(harness.calls().map(({ request }) => request)).toEqual(['a1', 'a2']);
  });

  it('may be asked for by a result, whose time it takes over', () => {
    const chained = defineProcess({
      name: 'chained',
      element: anything<string>(),
      output: output<string>(),
      calls: { first: call({ run: async (id: string) => id }), second: call({ run: async (id: string) => id }) },
      onElement: (id, ctx) => ctx.call.first(id),
      onResult: {
        first: (id, ctx) => ctx.call.second(`${id}+`),
        second: (id, { emit }) => emit(id),
      },
    });
    const echo = (id: string) => ({ ok: id, afterMs: 5 });
    const harness = makeHarness(chained, { calls: { first: echo, second: echo } });
    harness.element({ key: 'k', value: 'a', timestamp: 7 });
    harness.advanceTo(100);
    expect(harness.outputs()).toEqual([{ key: 'k', value: 'a+', timestamp: 7 }]);
  });
});
