import { describe, expect, it } from 'vitest';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { makeMemoryQueue } from '../../shared/memory/memory-queue.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { pointerQueueContract } from '../contract/pointer-queue.contract.ts';

const openQueue = (visibilityMs = 30_000) => {
  const clock = makeVirtualClock(epochMs(0));
  return { clock, queue: makeMemoryQueue({ clock, visibilityMs }) };
};

pointerQueueContract('memory', async () => {
  const { clock, queue } = openQueue();
  return {
    queue,
    receive: async () => {
      await clock.advanceTo(plusMs(clock.now(), 1000));
      const received = queue.receive(clock.now());
      for (const { id } of received) queue.remove(id);
      return received.map(({ body }) => body);
    },
    nowMs: () => clock.now(),
    close: () => Promise.resolve(),
  };
});

const hints = (...bodies: string[]) => bodies.map((body) => ({ body, delaySeconds: 0 }));

describe('a memory queue', () => {
  it('hides what was received until its visibility ends, and counts the times', async () => {
    const { queue } = openQueue(500);
    await queue.send(hints('a'));
    expect(queue.receive(epochMs(0))).toMatchObject([{ body: 'a', sentAt: 0, receiveCount: 1 }]);
    expect(queue.receive(epochMs(499))).toEqual([]);
    expect(queue.nextVisibleAt()).toBe(500);
    expect(queue.receive(epochMs(500))).toMatchObject([{ body: 'a', receiveCount: 2 }]);
  });

  it('gives the longest visible first, ten at a time unless told', async () => {
    const { clock, queue } = openQueue();
    await queue.send([{ body: 'late', delaySeconds: 1 }, ...hints(...Array.from({ length: 12 }, (_, n) => `${n}`))]);
    await clock.advanceTo(epochMs(1000));
    const bodies = [queue.receive(clock.now()), queue.receive(clock.now(), 2), queue.receive(clock.now())];
    expect(bodies.map((received) => received.map(({ body }) => body))).toEqual([
      ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'],
      ['10', '11'],
      ['late'],
    ]);
  });

  it('forgets what was removed, and nothing else', async () => {
    const { queue } = openQueue(1);
    await queue.send(hints('a', 'b'));
    const [a] = queue.receive(epochMs(0));
    queue.remove(a?.id ?? '');
    queue.remove(a?.id ?? '');
    queue.remove('unknown');
    expect(queue.hints().map(({ body }) => body)).toEqual(['b']);
    expect(queue.receive(epochMs(10)).map(({ body }) => body)).toEqual(['b']);
  });

  it('shows a hint again when it is told to', async () => {
    const { queue } = openQueue();
    await queue.send(hints('a'));
    const [a] = queue.receive(epochMs(0));
    queue.showAt(a?.id ?? '', epochMs(5));
    queue.showAt('unknown', epochMs(0));
    expect(queue.receive(epochMs(4))).toEqual([]);
    expect(queue.receive(epochMs(5))).toHaveLength(1);
  });
});
