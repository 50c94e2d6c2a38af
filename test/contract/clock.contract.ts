import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Interruption } from '../../shared/core/interruption.ts';
import { type EpochMs, epochMs, plusMs } from '../../shared/core/time/epoch.ts';
import type { Clock } from '../../shared/ports/clock.ts';

/** A clock and what lets its time pass; on a real one that is nothing. */
export type OpenClock = { readonly clock: Clock; pass(until: EpochMs): Promise<void> };

/** What every adapter of `Clock` does. `longestMs`: how long a test may sleep. */
export function clockContract(name: string, longestMs: number, open: () => OpenClock): void {
  describe(`Clock on ${name}`, () => {
    neverEarly(longestMs, open);
    endsEarly(open);
  });
}

function neverEarly(longestMs: number, open: () => OpenClock): void {
  it('tells whole milliseconds that do not go back by themselves', async () => {
    const { clock, pass } = open();
    const first = clock.now();
    await pass(plusMs(first, 5));
    expect(Number.isSafeInteger(first)).toBe(true);
    expect(clock.now()).toBeGreaterThanOrEqual(first + 5);
  });

  it('P6: never wakes a sleeper early, and wakes many in order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(longestMs), { minLength: 1, maxLength: 20 }), async (delays) => {
        const { clock, pass } = open();
        const start = clock.now();
        const woken: number[] = [];
        const sleeps = delays.map(async (delay) => {
          const at = plusMs(start, delay);
          await clock.sleepUntil(at);
          expect(clock.now()).toBeGreaterThanOrEqual(at);
          woken.push(delay);
        });
        await Promise.all([pass(plusMs(start, longestMs)), ...sleeps]);
        expect(woken.toSorted((a, b) => a - b)).toEqual(delays.toSorted((a, b) => a - b));
      }),
      { numRuns: 10 },
    );
  });

  it('resolves for an instant that has come, without a turn of the event loop', async () => {
    const { clock } = open();
    let turned = false;
    setImmediate(() => {
      turned = true;
    });
    await clock.sleepUntil(clock.now());
    await clock.sleepUntil(plusMs(clock.now(), -1));
    await clock.sleepUntil(epochMs(Number.NEGATIVE_INFINITY));
    expect(turned).toBe(false);
  });

  it('F36: refuses to sleep until an instant that is not a number', async () => {
    await expect(open().clock.sleepUntil(epochMs(Number.NaN))).rejects.toThrow(RangeError);
  });
}

function endsEarly(open: () => OpenClock): void {
  it('ends a sleep at an abort, without an error and without waiting', async () => {
    const { clock } = open();
    const start = clock.now();
    const stop = new AbortController();
    const interruption = new Interruption();
    const sleeps = [stop.signal, stop.signal, interruption, interruption];
    const asleep = Promise.all(sleeps.map((signal) => clock.sleepUntil(plusMs(start, 1e9), signal)));
    stop.abort();
    interruption.abort();
    await asleep;
    expect(clock.now()).toBeLessThan(start + 1e9);
  });

  it('does not fall asleep after an abort', async () => {
    const { clock } = open();
    await clock.sleepUntil(plusMs(clock.now(), 1e9), AbortSignal.abort());
  });

  it('sleeps for ever until the abort where it is told so', async () => {
    const { clock, pass } = open();
    const stop = new AbortController();
    let awake = false;
    const asleep = clock.sleepUntil(epochMs(Number.POSITIVE_INFINITY), stop.signal).then(() => {
      awake = true;
    });
    await pass(plusMs(clock.now(), 20));
    expect(awake).toBe(false);
    stop.abort();
    await asleep;
  });

  it('leaves no listener on a signal that outlives the sleep', async () => {
    const { clock, pass } = open();
    const added = new Set<unknown>();
    const signal = new AbortController().signal;
    signal.addEventListener = (_: string, listener: unknown) => void added.add(listener);
    signal.removeEventListener = (_: string, listener: unknown) => void added.delete(listener);
    const at = plusMs(clock.now(), 20);
    await Promise.all([clock.sleepUntil(at, signal), pass(at)]);
    expect(added.size).toBe(0);
  });
}
