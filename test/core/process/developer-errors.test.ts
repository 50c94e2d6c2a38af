import { describe, expect, it } from 'vitest';
import { defineConnectedProcess, defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { mapState, valueState } from '../../../shared/core/process/state/spec.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';
import { type Ctx, codeOf, feeding, scripted } from './scripted.ts';

const messageOf = (call: () => void): string => {
  try {
    call();
  } catch (error) {
    return (error as Error).message;
  }
  return 'no error';
};

/** Code without types asks for anything. */
const untyped = (use: (ctx: { readonly [part: string]: { readonly [name: string]: { get(): unknown } } }) => unknown) =>
  feeding((_, ctx) => use(ctx as never));

describe('K8: a handler without types hears what is wrong when it', () => {
  it('asks for a state, a broadcast state or a call that is not declared', () => {
    expect(messageOf(untyped(({ state }) => state?.summ?.get()))).toBe(
      'No state "summ" is declared, only: sum, list, byName.',
    );
    expect(messageOf(untyped(({ broadcast }) => broadcast?.rules))).toBe(
      'No broadcast state "rules" is declared, only: none.',
    );
    expect(messageOf(untyped(({ call }) => call?.ask))).toBe('No call "ask" is declared, only: none.');
    expect(messageOf(untyped(({ state }) => JSON.stringify(state)))).toBe('no error');
  });

  it('emits where no main output is declared', () => {
    const silent = defineProcess({
      name: 'silent',
      element: anything<string>(),
      onElement: (value, { emit }) => (emit as (value: string) => void)(value),
    });
    expect(messageOf(() => makeHarness(silent).element({ key: 'k', value: 'x' }))).toBe(
      'Process "silent" declares no main output: add output: output<…>().',
    );
  });
});

describe('K8: a handler', () => {
  it('that returns a promise which never settles is refused at once, and nothing waits for it', () => {
    expect(codeOf(feeding(() => new Promise(() => undefined)))).toBe('ASYNC_HANDLER');
  });

  it('that puts out 100,000 values hears how many it may', () => {
    const flood = feeding((_, { emit }) => {
      for (let n = 0; n < 100_000; n++) emit(n);
    });
    expect(messageOf(flood)).toBe(
      'A call of process "scripted" puts out more than 1000 values: spread them over timers, or raise outputsPerCall.',
    );
  });

  it('that puts out to a side output which is not declared hears which ones are', () => {
    const misspelt = feeding((_, { sideOutput }) => sideOutput('alert' as 'alerts', 'x'));
    expect(messageOf(misspelt)).toBe('Process "scripted" declares no side output "alert", only: future, alerts.');
  });

  it('that goes on after it returned is refused at once, and what it does later ends nothing', async () => {
    let later: unknown;
    const goesOn = async (_: string, { emit }: Ctx): Promise<void> => {
      await Promise.resolve();
      try {
        emit('late');
      } catch (error) {
        later = error;
        throw error;
      }
    };
    expect(messageOf(feeding(goesOn))).toContain('ctx.call makes asynchronous calls');
    await new Promise(setImmediate);
    expect(later).toMatchObject({ code: 'CONTEXT_CLOSED' });
  });

  it('of a broadcast that is asynchronous, or reaches for a key, is refused', () => {
    const broadcasting = (onElement: (ctx: never) => unknown) =>
      defineConnectedProcess({
        name: 'broadcasting',
        inputs: { main: anything<string>() },
        state: { kept: valueState<string>() },
        broadcast: {
          element: anything<string>(),
          state: { rules: mapState<string>() },
          onElement: (_, ctx) => onElement(ctx as never) as undefined,
        },
        onElement: { main: () => undefined },
      });
    expect(codeOf(() => makeHarness(broadcasting(async () => undefined)).broadcast('x'))).toBe('ASYNC_HANDLER');
    const reaching = broadcasting(({ state }: { state: { kept: { get(): unknown } } }) => state.kept.get());
    expect(messageOf(() => makeHarness(reaching).broadcast('x'))).toBe(
      'No broadcast state "kept" is declared, only: rules.',
    );
  });

  it('cannot change its element, which it may get again', () => {
    const process = defineProcess({
      name: 'changing',
      element: anything<{ list: number[] }>(),
      output: output<number>(),
      onElement: (value, { emit }) => {
        emit(value.list.length);
        value.list.push(1);
      },
    });
    const value = { list: [] };
    expect(messageOf(() => makeHarness(process).element({ key: 'k', value }))).toContain('not extensible');
    expect(value).toEqual({ list: [] });
  });

  it('that throws anything leaves nothing, and what it threw comes out as it is', () => {
    for (const thrown of [undefined, null, 'text', Object.create(null)]) {
      const harness = makeHarness(
        scripted((_, { emit, state, timers }) => {
          state.sum.set(1);
          timers.event.set(1);
          emit(1);
          throw thrown;
        }),
      );
      let caught: unknown = 'nothing';
      try {
        harness.element({ key: 'k', value: 'x' });
      } catch (error) {
        caught = error;
      }
      expect(caught).toBe(thrown);
      expect([harness.state('k'), harness.timers('k'), harness.outputs()]).toEqual([{}, [], []]);
    }
  });

  it('that sets a processing timer for now in its own callback, for ever, is found out', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => timers.processing.set(1),
        (at, { timers }) => timers.processing.set(at),
      ),
    );
    harness.element({ key: 'k', value: 'x' });
    expect(messageOf(() => harness.advanceTo(5))).toContain('onTimer sets a timer that is due already, for ever');
  });
});

it.each([
  ['a name with capitals', { name: 'Mine' }, 'cannot name a process'],
  ['an empty name', { name: '' }, 'cannot name a process'],
  ['a state with a space', { state: { 'my state': valueState() } }, 'cannot name a state'],
  ['a state named like a prototype', { state: { ['__proto__']: valueState() } }, 'cannot name a state'],
  ['no schema', { element: { type: 'object' } }, 'is no Standard Schema'],
  ['no element', { element: undefined }, 'is no Standard Schema'],
  ['no handler', { onElement: undefined }, 'input "main" has no handler'],
  ['an onTimer that is none', { onTimer: 'later' }, 'onTimer is no function'],
  ['an output that is none', { output: { target: 'pager' } }, '"output" is no output: declare it by output()'],
  ['a side output that is none', { sideOutputs: { late: 'pager' } }, '"late" is no output'],
  ['a state that is none', { state: { sum: 0 } }, '"sum" is no state'],
  ['a TTL of 0', { state: { kept: valueState({ ttl: { ms: 0 } }) } }, 'it has to be positive'],
])('K8: a definition with %s is refused', (_, part, sentence) => {
  const definition = { name: 'mine', element: anything<string>(), onElement: () => undefined, ...(part as object) };
  expect(messageOf(() => defineProcess(definition))).toContain(sentence);
});
