import { describe, expect, it } from 'vitest';
import { type EpochMs, epochMs } from '../../shared/core/time/epoch.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';
import { clockContract } from '../contract/clock.contract.ts';

const START = epochMs(1_800_000_000_000);

clockContract('virtual time', 1_000_000, () => {
  const clock = makeVirtualClock(START);
  return { clock, pass: (until) => clock.advanceTo(until) };
});

describe('a virtual clock', () => {
  it('stands still by itself', async () => {
    const clock = makeVirtualClock(START);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).toBe(START);
  });

  it('wakes sleepers by instant, then in the order in which they went to sleep, and shows each its own instant', async () => {
    const clock = makeVirtualClock(epochMs(0));
    const log: string[] = [];
    for (const [name, at] of [
      ['c', 30],
      ['a', 10],
      ['b1', 20],
      ['b2', 20],
    ] as const) {
      void clock.sleepUntil(epochMs(at)).then(() => log.push(`${name}@${clock.now()}`));
    }
    await clock.advanceTo(epochMs(25));
    expect(log).toEqual(['a@10', 'b1@20', 'b2@20']);
    expect(clock.now()).toBe(25);
    await clock.advanceTo(epochMs(30));
    expect(log.at(-1)).toBe('c@30');
  });

  it('lets all that follows from a waking run before time moves on', async () => {
    const clock = makeVirtualClock(epochMs(0));
    const log: number[] = [];
    const walk = async (): Promise<void> => {
      for (let at = 10; at <= 50; at += 10) {
        await clock.sleepUntil(epochMs(at));
        for (let n = 0; n < 20; n++) await null;
        log.push(clock.now());
      }
    };
    const walking = walk();
    await clock.advanceTo(epochMs(100));
    expect(log).toEqual([10, 20, 30, 40, 50]);
    await walking;
  });

  it('wakes who falls asleep on the way for an instant on the way', async () => {
    const clock = makeVirtualClock(epochMs(0));
    const log: string[] = [];
    const note = (name: string) => () => void log.push(name);
    void clock.sleepUntil(epochMs(10)).then(() => clock.sleepUntil(epochMs(15)).then(note('inner')));
    void clock.sleepUntil(epochMs(20)).then(note('outer'));
    await clock.advanceTo(epochMs(20));
    expect(log).toEqual(['inner', 'outer']);
  });

  it('tells the next waking, without those who left', async () => {
    const clock = makeVirtualClock(epochMs(0));
    const stop = new AbortController();
    expect(clock.nextWakeAt()).toBeUndefined();
    const first = clock.sleepUntil(epochMs(10), stop.signal);
    const second = clock.sleepUntil(epochMs(20));
    expect(clock.nextWakeAt()).toBe(10);
    stop.abort();
    expect(clock.nextWakeAt()).toBe(20);
    await clock.advanceTo(epochMs(20));
    await Promise.all([first, second]);
    expect(clock.nextWakeAt()).toBeUndefined();
  });

  it('P19: steps back when it is set, and wakes nobody twice or early', async () => {
    const clock = makeVirtualClock(epochMs(1000));
    const log: EpochMs[] = [];
    void clock.sleepUntil(epochMs(1500)).then(() => log.push(clock.now()));
    await clock.advanceTo(epochMs(1200));
    clock.setTo(epochMs(200));
    await clock.advanceTo(epochMs(1400));
    expect(log).toEqual([]);
    await clock.advanceTo(epochMs(1600));
    expect(log).toEqual([1500]);
  });

  it('wakes whom it was set past at the next advance', async () => {
    const clock = makeVirtualClock(epochMs(0));
    const log: EpochMs[] = [];
    void clock.sleepUntil(epochMs(10)).then(() => log.push(clock.now()));
    clock.setTo(epochMs(50));
    await clock.advanceTo(epochMs(50));
    expect(log).toEqual([50]);
  });

  it.each([999, Number.NaN])('does not advance to %d from 1000', async (at) => {
    const clock = makeVirtualClock(epochMs(1000));
    await expect(clock.advanceTo(epochMs(at))).rejects.toThrow(RangeError);
    expect(clock.now()).toBe(1000);
  });
});
