import { expect, test } from 'vitest';
import { makeHoldCursor } from '../../shared/app/send/hold-cursor.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { makeVirtualClock } from '../../shared/memory/virtual-clock.ts';

/** A clock that goes on by so many milliseconds at each look at it, as if all between two looks took so long. */
const slowClock = (msALook: number) => {
  const virtual = makeVirtualClock(epochMs(0));
  const slept: number[] = [];
  return {
    virtual,
    slept,
    clock: {
      now: () => {
        virtual.setTo(plusMs(virtual.now(), msALook));
        return virtual.now();
      },
      sleepUntil: (at: number, signal?: AbortSignal) => {
        slept.push(at);
        return virtual.sleepUntil(epochMs(at), signal);
      },
    },
  };
};

const wakeHerd = async (msALook: number) => {
  const { virtual, slept, clock } = slowClock(msALook);
  const cursor = makeHoldCursor(clock);
  const due = epochMs(10_000);
  let woken = 0;
  for (let unit = 0; unit < 1_000; unit += 1) {
    void cursor
      .makeBell()
      .wait(due)
      .then(() => {
        woken += 1;
      });
  }
  for (let at = 0; at <= 60_000; at += 1_000) await virtual.advanceTo(epochMs(Math.max(at, virtual.now())));
  expect(woken).toBe(1_000);
  return slept.filter((at) => at > due).length;
};

test('P10 a herd of units that are woken at once lets the rest of the process have its turn between them', async () => {
  expect(await wakeHerd(1)).toBeGreaterThan(50);
});

test('P7 where waking takes no time nobody waits', async () => {
  expect(await wakeHerd(0)).toBe(0);
});
