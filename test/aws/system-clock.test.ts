import { describe, expect, it, vi } from 'vitest';
import { makeSystemClock } from '../../shared/aws/system-clock.ts';
import { plusMs } from '../../shared/core/time/epoch.ts';
import { clockContract } from '../contract/clock.contract.ts';

clockContract('the machine', 25, () => {
  const clock = makeSystemClock();
  return { clock, pass: (until) => clock.sleepUntil(until) };
});

describe('the clock of the machine', () => {
  it('tells the time', () => {
    const before = Date.now();
    const now = makeSystemClock().now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(now).toBeLessThanOrEqual(Date.now());
  });

  it('lets the event loop turn while it watches the last stretch', async () => {
    const clock = makeSystemClock();
    let turns = 0;
    let awake = false;
    const count = (): void => {
      turns += 1;
      if (!awake) setImmediate(count);
    };
    count();
    await clock.sleepUntil(plusMs(clock.now(), 2));
    awake = true;
    expect(turns).toBeGreaterThan(3);
  });

  it('watches the last stretch only where a sleep is to be exact', async () => {
    const clock = makeSystemClock();
    const turns = vi.spyOn(globalThis, 'setImmediate');
    const at = plusMs(clock.now(), 2);
    await clock.sleepUntil(at, undefined, 'roughly');
    expect(clock.now()).toBeGreaterThanOrEqual(at);
    expect(turns).not.toHaveBeenCalled();
    await clock.sleepUntil(plusMs(clock.now(), 2));
    expect(turns).toHaveBeenCalled();
    turns.mockRestore();
  });
});
