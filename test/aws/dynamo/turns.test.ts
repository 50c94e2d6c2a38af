import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { makeTurns } from '../../../shared/aws/dynamo/turns.ts';

const started = (callsATurn: number, calls: number): number[] => {
  const begin = makeTurns(callsATurn);
  const order: number[] = [];
  for (let n = 0; n < calls; n += 1) void begin().then(() => order.push(n));
  return order;
};

describe('calls that begin at once', () => {
  it('begin at once where they are few', async () => {
    const order = started(4, 4);
    await Promise.resolve();
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('begin so many a turn, in their order', async () => {
    const order = started(4, 10);
    const begun: number[] = [];
    for (let n = 0; n < 4; n += 1) {
      await Promise.resolve();
      begun.push(order.length);
      await turn();
    }
    expect(begun).toEqual([4, 8, 10, 10]);
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('count the calls that come while others wait', async () => {
    const begin = makeTurns(2);
    const order: string[] = [];
    const call = (name: string) => begin().then(() => order.push(name));
    void call('a');
    void call('b');
    void call('c');
    await turn();
    void call('d');
    void call('e');
    await Promise.resolve();
    expect(order).toEqual(['a', 'b', 'c', 'd']);
    await turn();
    expect(order).toEqual(['a', 'b', 'c', 'd', 'e']);
  });

  it('begin at once again after a turn with none', async () => {
    const begin = makeTurns(1);
    await begin();
    await turn();
    await turn();
    let begun = false;
    void begin().then(() => {
      begun = true;
    });
    await Promise.resolve();
    expect(begun).toBe(true);
  });
});
