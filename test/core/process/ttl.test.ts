import { expect, it } from 'vitest';
import type { Context } from '../../../shared/core/process/context.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { listState, mapState, reducingState, valueState } from '../../../shared/core/process/state/spec.ts';
import type { Ttl } from '../../../shared/core/process/state/ttl.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';

const statesWith = (ttl: Ttl) => ({
  value: valueState<string>({ ttl }),
  list: listState<string>({ ttl }),
  map: mapState<string>({ ttl }),
  sum: reducingState<number>((a, b) => a + b, { ttl }),
});

type Use = (state: Context<ReturnType<typeof statesWith>>['state']) => unknown;

/** Makes a call on the states of one key at a time, and gives what it returns. */
const makeStates = (ttl: Partial<Ttl> = {}) => {
  const process = defineProcess({
    name: 'living',
    element: anything<Use>(),
    output: output<unknown>(),
    state: statesWith({ ms: 100, ...ttl }),
    onElement: (use, { emit, state }) => emit(use(state) ?? null),
  });
  const harness = makeHarness(process);
  return (at: number, use: Use): unknown => {
    harness.advanceTo(at);
    harness.element({ key: 'k', value: use });
    return harness.outputs().at(-1)?.value;
  };
};

it('T04: where expired values are returned until cleaned, one is, once', () => {
  const at = makeStates({ returnExpired: 'until-cleaned' });
  at(0, ({ value, map }) => {
    value.set('x');
    map.set('k', 'v');
  });
  const read: Use = ({ value, map }) => [value.get(), map.get('k')];
  expect([at(100, read), at(100, read)]).toEqual([
    ['x', 'v'],
    [null, null],
  ]);
});

it('T05: elements of a list and entries of a map live each for themselves', () => {
  const at = makeStates();
  at(0, ({ list, map }) => {
    list.add('a');
    map.set('a', '1');
  });
  at(50, ({ list, map }) => {
    list.add('b');
    map.set('b', '2');
  });
  const read: Use = ({ list, map }) => [list.get(), map.keys(), map.has('a')];
  expect(at(99, read)).toEqual([['a', 'b'], ['a', 'b'], true]);
  expect(at(100, read)).toEqual([['b'], ['b'], false]);
  expect(at(150, ({ map }) => map.isEmpty())).toBe(false);
  expect(at(150, read)).toEqual([[], [], false]);
  expect(at(150, ({ map }) => map.isEmpty())).toBe(true);
});

it('T07b: what is added after expiry starts anew, but where expired values are returned', () => {
  for (const [returnExpired, sum] of [
    ['never', 5],
    ['until-cleaned', 6],
  ] as const) {
    const at = makeStates({ returnExpired });
    at(0, (state) => state.sum.add(1));
    at(100, (state) => state.sum.add(5));
    expect(at(100, (state) => state.sum.get())).toBe(sum);
  }
});

it('read-and-write: reading a map entry keeps it, and only it', () => {
  const at = makeStates({ refresh: 'read-and-write' });
  at(0, ({ map }) => {
    map.set('read', '1');
    map.set('left', '2');
  });
  at(90, ({ map }) => map.get('read'));
  expect(at(150, ({ map }) => map.keys())).toEqual(['read']);
});
