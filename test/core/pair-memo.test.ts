import { describe, expect, it } from 'vitest';
import { pairMemo } from '../../shared/core/pair-memo.ts';

const recorded = (limit: number) => {
  const computed: string[] = [];
  const ask = pairMemo(limit, (a: string, b: number) => {
    computed.push(`${a}${b}`);
    return { answer: `${a}${b}` };
  });
  return { ask, computed };
};

describe('pairMemo', () => {
  it('computes each pair once', () => {
    const { ask, computed } = recorded(10);
    const first = ask('x', 1);
    expect(ask('x', 1)).toBe(first);
    expect([ask('x', 2), ask('y', 1), ask('y', 1)]).toEqual([{ answer: 'x2' }, { answer: 'y1' }, { answer: 'y1' }]);
    expect(computed).toEqual(['x1', 'x2', 'y1']);
  });

  it('forgets all at its limit and not before, and goes on remembering', () => {
    const { ask, computed } = recorded(3);
    for (const [a, b] of [
      ['x', 1],
      ['y', 1],
      ['x', 2],
      ['x', 1],
    ] as const)
      ask(a, b);
    expect(computed).toEqual(['x1', 'y1', 'x2']);
    for (const [a, b] of [
      ['y', 2],
      ['x', 1],
      ['y', 2],
      ['x', 1],
    ] as const)
      ask(a, b);
    expect(computed).toEqual(['x1', 'y1', 'x2', 'y2', 'x1']);
  });
});
