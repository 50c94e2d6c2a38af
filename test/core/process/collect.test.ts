import { number, object } from 'valibot';
import { describe, expect, it } from 'vitest';
import { collectProcesses } from '../../../shared/core/process/collect.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { type Binding, output } from '../../../shared/core/process/output.ts';

const make = (name: string, to: Binding | null = null) =>
  defineProcess({
    name,
    element: object({ n: number() }),
    output: output<{ n: number }>(to),
    onElement: (value, { emit }) => emit(value),
  });

describe('collectProcesses', () => {
  it('takes what a module exports, one by one and in lists, each once', () => {
    const a = make('a');
    const b = make('b', { process: 'a' });
    expect(collectProcesses({ a, list: [a, b], other: 1, text: 'x' })).toEqual([a, b]);
  });

  it.each([
    ['nothing', {}, 'exports no process'],
    ['two of one name', { a: make('a'), b: make('a') }, 'Two processes are called "a"'],
    ['a binding to nowhere', { a: make('a', { process: 'b' }) }, 'bound to process "b"'],
    [
      'a binding to no input',
      { a: make('a', { process: 'b', input: 'x' }), b: make('b') },
      'bound to input "x" of "b"',
    ],
    ['a circle', { a: make('a', { process: 'b' }), b: make('b', { process: 'a' }) }, 'a → b → a'],
  ])('refuses %s in one sentence', (_, module, sentence) => {
    expect(() => collectProcesses(module)).toThrow(sentence);
  });
});
