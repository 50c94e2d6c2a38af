import { type CallOptions, call } from '../../../shared/core/process/call/call-spec.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import type { Limits } from '../../../shared/core/process/limits.ts';
import { output } from '../../../shared/core/process/output.ts';
import { valueState } from '../../../shared/core/process/state/spec.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import type { HarnessOptions } from '../../../shared/testing/harness-types.ts';
import { anything } from '../../conformance/anything.ts';

export type Options = Partial<CallOptions<string, string>> & { readonly limits?: Partial<Limits> };

/** Asks for the name of each element and puts out the answers; `boom` in an answer throws. */
export const naming = ({ limits = {}, ...options }: Options = {}) =>
  defineProcess({
    name: 'naming',
    element: anything<string>(),
    output: output<string>(),
    state: { named: valueState<number>() },
    calls: { ask: call<string, string>({ run: async (id) => `name of ${id}`, ...options }) },
    limits,
    onElement: (ids, ctx) => {
      for (const id of ids.split(' ')) ctx.call.ask(id);
    },
    onResult: {
      ask: (name, { emit, state, timestamp }, request) => {
        state.named.set((state.named.get() ?? 0) + 1);
        emit(`${request}: ${name} @${timestamp}`);
        if (name === 'boom') throw new Error('boom');
      },
    },
  });

export const harnessed = (options: Options = {}, more: HarnessOptions = {}) => {
  const harness = makeHarness(naming(options), more);
  return {
    ...harness,
    ask: (value: string, key = 'k', timestamp = 1) => harness.element({ key, value, timestamp }),
    answer: (request: string, ok: string) => {
      const id = harness.calls().find((running) => running.request === request)?.id ?? '';
      harness.settleCall(id, { ok });
    },
    rows: () => harness.outputs().map(({ value }) => value),
    attempts: () =>
      harness
        .log()
        .flatMap((event) => (event.kind === 'call' ? [`${event.request}#${event.attempt}@${event.startedAt}`] : [])),
  };
};
