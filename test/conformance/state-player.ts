import { defineProcess } from '../../shared/core/process/definition.ts';
import { output } from '../../shared/core/process/output.ts';
import {
  aggregatingState,
  listState,
  mapState,
  reducingState,
  valueState,
} from '../../shared/core/process/state/spec.ts';
import type { Ttl } from '../../shared/core/process/state/ttl.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import { anything } from './anything.ts';
import { readInstant } from './instants.ts';
import type { Player } from './script.ts';
import { evaluate, type States } from './state-calls.ts';
import type { Vector } from './vectors.ts';

/** The time to live that a title speaks of; 100 ms where it says no other, none in the cases without. */
function ttlOf({ id, title }: Vector): Ttl | undefined {
  if (!id.startsWith('T')) return undefined;
  return {
    ms: title.includes('Long.MAX ttl') ? Number.MAX_SAFE_INTEGER : 100,
    refresh: title.includes('OnReadAndWrite') || id === 'T03' ? 'read-and-write' : 'create-and-write',
    returnExpired: /ReturnExpiredIfNotCleanedUp/.test(title) ? 'until-cleaned' : 'never',
  };
}

const evaluating = (ttl: Ttl | undefined, target: string) => {
  const options = ttl ? { ttl } : {};
  return defineProcess({
    name: 'evaluating',
    element: anything<string>(),
    output: output<string>(),
    state: {
      value: valueState<string>(options),
      list: listState<string>(options),
      map: mapState<string | null>(options),
      reducing: reducingState<number>((held, added) => held + added, options),
      aggregating: aggregatingState<number, number, string>(
        { create: () => 0, add: (value, sum) => sum + value, result: (sum) => `sum=${sum}` },
        options,
      ),
    },
    onElement: (calls, { state, emit }) => emit(evaluate(calls, state satisfies States, target)),
  });
};

/** `t=0 key=a  v.update(x)`: the calls are made on the states of that key at that time. */
export const statePlayer: Player = (vector) => {
  const target = /^(value|list|map|reducing|aggregating)/.exec(vector.title)?.[0] ?? 'value';
  const harness = makeHarness(evaluating(ttlOf(vector), target));
  const perform = (action: string): readonly string[] => {
    if (action === '(setup)') return refusesToBuild();
    const [, at, key, calls] = /^t=(\S+) key=(\S+)\s+(.*)$/.exec(action) ?? [];
    if (at === undefined || key === undefined || calls === undefined) throw new Error(`No step "${action}" is known.`);
    harness.advanceTo(readInstant(at));
    try {
      harness.element({ key, value: calls });
    } catch {
      return ['THROWS'];
    }
    return [harness.outputs().at(-1)?.value ?? ''];
  };
  return { perform };
};

const refusesToBuild = (): readonly string[] => {
  try {
    evaluating({ ms: 0 }, 'value');
    return [];
  } catch {
    return ['THROWS'];
  }
};
