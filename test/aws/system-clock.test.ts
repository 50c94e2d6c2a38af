import { describe, expect, it } from 'vitest';
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

  it('leaves the processor to others where a sleep need not be exact', async () => {
    const clock = makeSystemClock();
    const before = performance.eventLoopUtilization();
    for (let n = 0; n < 10; n += 1) {
      const at = plusMs(clock.now(), 2);
      await clock.sleepUntil(at, undefined, 'roughly');
      expect(clock.now()).toBeGreaterThanOrEqual(at);
    }
    expect(performance.eventLoopUtilization(before).idle).toBeGreaterThan(5);
  });
});
