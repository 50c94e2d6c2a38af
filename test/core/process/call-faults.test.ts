import { describe, expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { emptySnapshot } from '../../../shared/core/process/snapshot.ts';
import { step } from '../../../shared/core/process/step.ts';
import type { Input } from '../../../shared/core/process/turn.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { HarnessCrash } from '../../../shared/testing/world.ts';
import { anything } from '../../conformance/anything.ts';
import { harnessed, naming, type Options } from './naming.ts';
import { codeOf, element, turn } from './scripted.ts';

describe('a call', () => {
  it('is made again after a restart, with the same id and the attempts it had', () => {
    const process = naming({ retry: { maxRetries: 2, initialMs: 100 } });
    const before = makeHarness(process, { calls: { ask: () => ({ failed: 'down' }) } });
    before.element({ key: 'k', value: 'a' });
    const after = makeHarness(process, { restore: before.save() });
    expect(after.calls()).toEqual([]);
    after.advanceTo(100);
    expect(after.calls()).toMatchObject([{ id: 'naming.1.c0.k', attempt: 2 }]);
  });

  it.each(['before-commit', 'before-delivery', 'after-delivery'] as const)(
    'P14: whose result crashes %s gives it once, though it may be made twice',
    (point) => {
      const answers = { ask: () => ({ ok: 'A', afterMs: 10 }) };
      const harness = harnessed({}, { calls: answers, redeliver: true });
      harness.ask('a');
      harness.crashNext(point);
      expect(() => harness.advanceTo(10)).toThrow(HarnessCrash);
      harness.advanceTo(100);
      expect(harness.rows()).toEqual(['a: A @1']);
      expect(harness.state('k')).toEqual({ named: 1 });
      expect(new Set(harness.log().flatMap((event) => (event.kind === 'call' ? [event.id] : [])))).toHaveLength(1);
    },
  );

  it('whose handler throws keeps its result, and can be dropped', () => {
    const process = naming();
    const asked = step(process, emptySnapshot, turn([element('a b')]));
    const result: Input = { kind: 'result', call: 'ask', id: 'naming.1.c0.k', outcome: { ok: 'boom' } };
    const failed = step(process, asked.snapshot, turn([result, element('c')]));
    expect(failed.effects).toMatchObject({ applied: 1, failure: { at: result }, outputs: [], more: true });
    expect(failed.snapshot.state).toEqual({});
    expect(failed.snapshot.calls[0]?.outcome).toEqual({ ok: 'boom' });
    const drop: Input = { kind: 'drop-call', id: 'naming.1.c0.k', reason: 'it throws' };
    // What is ready comes first: without the drop it throws again.
    expect(step(process, failed.snapshot, turn([])).effects.failure?.at).toMatchObject(result);
    const dropped = step(process, failed.snapshot, turn([drop, element('c')]));
    expect(dropped.effects).toMatchObject({
      applied: 2,
      failure: null,
      failedCalls: [{ request: 'a', reason: 'it throws' }],
    });
  });
});

describe('K8: a call', () => {
  it('beyond those that a key may have pending is refused', () => {
    const harness = harnessed({ limits: { callsPerKey: 2 } });
    expect(codeOf(() => harness.ask('a b c'))).toBe('TOO_MANY_CALLS');
    expect(codeOf(() => harness.ask('a b'))).toBe('no error');
    expect(codeOf(() => harness.ask('c'))).toBe('TOO_MANY_CALLS');
  });

  it('with a result that is no data, or that nobody can tell, fails with a reason', () => {
    const failing = (reply: unknown, retry: Options['retry'] = { maxRetries: 0 }) => {
      const harness = harnessed({ retry }, { calls: { ask: () => reply as never } });
      harness.ask('a');
      return harness.failedCalls()[0]?.reason;
    };
    expect(failing({ ok: new Map() })).toContain('The result of call "ask" cannot hold');
    expect(failing({ failed: undefined })).toBe('It threw no error, but a value of type undefined.');
    expect(failing({ failed: Object.create(null) })).toBe('It threw no error, but a value of type object.');
    expect(failing({ failed: 'x'.repeat(1000) })).toHaveLength(501);
    const throwing = (): never => {
      throw new Error('rule');
    };
    expect(failing({ failed: 'down' }, { retryOn: throwing })).toBe('Error: rule');
  });

  it.each([
    ['a timeout of 0', { timeoutMs: 0 }],
    ['no room to run', { inFlight: 0 }],
    ['retries without end', { retry: { maxRetries: Number.POSITIVE_INFINITY } }],
    ['a backoff that shrinks', { retry: { factor: 0.5 } }],
  ])('is not defined with %s', (_, options) => {
    expect(codeOf(() => naming(options))).toBe('INVALID_DEFINITION');
  });

  it('has no handler for a name that is not declared', () => {
    const misspelt = (): unknown =>
      defineProcess({
        name: 'p',
        element: anything<string>(),
        onElement: () => undefined,
        onResult: { asj: () => undefined } as never,
      });
    expect(codeOf(misspelt)).toBe('INVALID_DEFINITION');
  });

  it('that a release no longer declares goes to the dead letters', () => {
    const before = harnessed();
    before.ask('a');
    const without = defineProcess({ name: 'naming', element: anything<string>(), onElement: () => undefined });
    const after = makeHarness(without, { restore: before.save() });
    expect(after.failedCalls()).toMatchObject([
      { call: 'ask', reason: 'The process declares no call "ask" any more.' },
    ]);
  });
});
