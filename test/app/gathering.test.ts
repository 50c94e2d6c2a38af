import { beforeEach, expect, it } from 'vitest';
import { type Gathering, makeGathering } from '../../shared/app/gathering.ts';
import { epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import { makeVirtualClock, type VirtualClock } from '../../shared/memory/virtual-clock.ts';

let clock: VirtualClock;
let gathering: Gathering;
let waiting: number;

beforeEach(() => {
  clock = makeVirtualClock(epochMs(0));
  gathering = makeGathering(clock);
  waiting = 0;
});

/** Waits, and tells by how many milliseconds it was over. */
const wait = async (): Promise<number> => {
  const from = clock.now();
  await gathering.wait(() => waiting);
  return clock.now() - from;
};

const come = (callers: number): void => {
  waiting += callers;
  gathering.change();
};

it('a caller that is alone does not wait', async () => {
  come(1);
  expect(await wait()).toBe(0);
});

it('where 32 are on their way, a write waits for 28 of them and not for the rest', async () => {
  gathering.committing(28);
  come(4);
  const waited = wait();
  for (let ms = 1; ms <= 12; ms += 1) {
    await clock.advanceTo(epochMs(ms));
    gathering.committing(-2);
    come(2);
  }
  expect(await waited).toBe(12);
});

it('remembers the crowd whose callers are away for an answer', async () => {
  gathering.committing(20);
  come(12);
  const first = wait();
  gathering.committing(-20);
  come(16);
  await first;
  waiting = 8;
  const second = wait();
  await clock.advanceTo(plusMs(clock.now(), 2));
  come(20);
  await clock.advanceTo(plusMs(clock.now(), 1));
  expect(await second).toBe(2);
});

it('gives up when nobody comes, and then does not wait for who is gone', async () => {
  gathering.committing(31);
  come(1);
  const waited = wait();
  gathering.committing(-31);
  await clock.advanceTo(epochMs(100));
  expect(await waited).toBe(21);
  const from = clock.now();
  await gathering.wait(() => 1);
  expect(clock.now()).toBe(from);
});

it('waits no longer than 100 ms while callers come and go', async () => {
  gathering.committing(30);
  come(2);
  let isOver = false;
  void gathering
    .wait(() => waiting)
    .then(() => {
      isOver = true;
    });
  for (let ms = 1; ms <= 110 && !isOver; ms += 1) {
    await clock.advanceTo(epochMs(ms));
    gathering.change();
  }
  expect(isOver).toBe(true);
  expect(clock.now()).toBeLessThanOrEqual(102);
});
