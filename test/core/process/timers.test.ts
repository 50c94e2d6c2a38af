import { describe, expect, it } from 'vitest';
import { END_OF_TIME, NO_WATERMARK } from '../../../shared/core/process/event-time.ts';
import { emptySnapshot } from '../../../shared/core/process/snapshot.ts';
import { step } from '../../../shared/core/process/step.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { codeOf, element, feeding, scripted, turn } from './scripted.ts';

describe('timers', () => {
  it('set by an element behind the watermark wait for the next one (K04)', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => {
          for (const at of [50, 100]) timers.event.set(at);
        },
        (at, { emit }) => emit(at),
      ),
    );
    harness.advanceWatermark(100);
    harness.element({ key: 'k', value: 'x' });
    harness.advanceWatermark(100);
    expect(harness.outputs()).toEqual([]);
    harness.advanceWatermark(101);
    expect(harness.outputs().map(({ value }) => value)).toEqual([50, 100]);
  });

  it('set by onTimer at or below the watermark fire in the same pass (K05), deleted ones do not (K08)', () => {
    const process = scripted(
      (_, { timers }) => {
        for (const at of [5, 7]) timers.event.set(at);
      },
      (at, { emit, timers, state }) => {
        emit(at);
        if (at !== 5 || state.sum.get() !== null) return;
        state.sum.set(1);
        for (const next of [3, 5, 8, 10, 11]) timers.event.set(next);
        timers.event.delete(7);
      },
    );
    const harness = makeHarness(process);
    harness.element({ key: 'k', value: 'x' });
    harness.advanceWatermark(10);
    expect(harness.outputs().map(({ value }) => value)).toEqual([5, 3, 5, 8, 10]);
    expect(harness.timers('k').map(({ at }) => at)).toEqual([11]);
  });

  it('K6: are capped per key, duplicates counting once', () => {
    const set = (count: number) =>
      feeding((_, { timers }) => {
        for (let at = 0; at < count; at++)
          for (const domain of ['event', 'processing'] as const) timers[domain].set(at);
        for (let at = 0; at < count; at++) timers.event.set(at);
      });
    expect(codeOf(set(500))).toBe('no error');
    expect(codeOf(set(501))).toBe('TOO_MANY_TIMERS');
  });

  it('K6: for the past fire at once, and once: those of the clock now, those of event time with the next watermark', () => {
    const past = [NO_WATERMARK, -1, 50, 50];
    const harness = makeHarness(
      scripted(
        (value, { timers }) => {
          for (const at of past) timers[value as 'event' | 'processing'].set(at);
        },
        (at, { emit, timer }) => emit(`${timer?.domain} ${at}`),
      ),
      { startAt: 1_000 },
    );
    harness.element({ key: 'k', value: 'processing' });
    harness.advanceTo(1_000);
    const fired = (domain: string) => [NO_WATERMARK, -1, 50].map((at) => `${domain} ${at}`);
    expect(harness.outputs().map(({ value }) => value)).toEqual(fired('processing'));
    harness.advanceWatermark(100);
    harness.element({ key: 'k', value: 'event' });
    expect(harness.outputs()).toHaveLength(3);
    harness.advanceWatermark(101);
    expect(harness.outputs().map(({ value }) => value)).toEqual([...fired('processing'), ...fired('event')]);
    expect(harness.timers('k')).toEqual([]);
  });

  it('K6: for the end of time fire at the end of input, and never on the clock', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => timers.event.set(END_OF_TIME),
        (at, { emit }) => emit(at),
      ),
    );
    harness.element({ key: 'k', value: 'x' });
    harness.advanceWatermark(END_OF_TIME - 1);
    expect(harness.outputs()).toEqual([]);
    harness.advanceWatermark(END_OF_TIME);
    expect(harness.outputs().map(({ value }) => value)).toEqual([END_OF_TIME]);
    expect(codeOf(feeding((_, { timers }) => timers.processing.set(END_OF_TIME)))).toBe('INVALID_TIMER');
  });

  it('K7: that are not there are deleted without a word, and one may delete itself as it fires', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => {
          timers.event.delete(5);
          timers.event.deleteNamed('nobody');
          timers.processing.delete(5);
          timers.event.set(5);
          timers.event.setNamed('self', 6);
        },
        (at, { emit, timers }) => {
          timers.event.delete(at);
          timers.event.deleteNamed('self');
          emit(at);
        },
      ),
    );
    harness.element({ key: 'k', value: 'x' });
    harness.command('k', { kind: 'delete-timer', domain: 'event', at: 99, name: null });
    harness.advanceWatermark(5);
    harness.advanceWatermark(10);
    expect([harness.outputs().map(({ value }) => value), harness.timers('k')]).toEqual([[5], []]);
  });

  it.each([Number.NaN, 1.5, Number.POSITIVE_INFINITY, -(2 ** 63), 2 ** 63])('K6: are not set for %s', (at) => {
    expect(codeOf(feeding((_, { timers }) => timers.event.set(at)))).toBe('INVALID_TIMER');
  });

  it('with a name move when set again, also in their callback', () => {
    const harness = makeHarness(
      scripted(
        (value, { timers }) => timers.processing.setNamed('deadline', Number(value)),
        (at, { emit, timers }) => {
          emit(at);
          if (at === 50) timers.processing.setNamed('deadline', 60);
        },
      ),
    );
    for (const value of ['10', '90', '50']) harness.element({ key: 'k', value });
    harness.advanceTo(200);
    expect(harness.outputs().map(({ value }) => value)).toEqual([50, 60]);
  });

  it('are deleted and moved by an operator too', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => {
          timers.processing.set(10);
          timers.processing.setNamed('deadline', 20);
        },
        (at, { emit }) => emit(at),
      ),
    );
    harness.element({ key: 'k', value: 'x' });
    harness.command('k', { kind: 'delete-timer', domain: 'processing', at: 10, name: null });
    harness.command('k', { kind: 'set-timer', domain: 'processing', at: 30, name: 'deadline' });
    harness.advanceTo(100);
    expect(harness.outputs().map(({ value }) => value)).toEqual([30]);
  });

  it('that are periodic skip what was missed, keep their phase, and can be deleted in their callback', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => timers.processing.every('beat', 100, 100),
        (at, { emit, timers }) => {
          emit(at);
          if (at === 1200) timers.processing.deleteNamed('beat');
        },
      ),
    );
    harness.element({ key: 'k', value: 'x' });
    for (const now of [100, 1001, 1099, 1100, 5000]) harness.advanceTo(now);
    for (const now of [5100, 5200]) harness.advanceTo(now);
    expect(harness.outputs().map(({ value }) => value)).toEqual([100, 200, 1100, 1200]);
  });

  it('that set themselves for ever are found out', () => {
    const harness = makeHarness(
      scripted(
        (_, { timers }) => timers.event.set(5),
        (at, { timers }) => timers.event.set(at),
      ),
    );
    harness.element({ key: 'k', value: 'x' });
    expect(codeOf(() => harness.advanceWatermark(10))).toBe('TIMER_LOOP');
  });

  it('in chains end after the end of input, and say how many are left', () => {
    const process = scripted(
      (_, { timers }) => timers.event.set(5),
      (at, { timers }) => timers.event.set(at + 60_000),
      { finalFirings: 50 },
    );
    const set = step(process, emptySnapshot, turn([element('x')])).snapshot;
    const { effects, snapshot } = step(process, set, turn([], { watermark: Number.MAX_SAFE_INTEGER }));
    expect([effects.fired, effects.refused, effects.more]).toEqual([50, 1, false]);
    expect(snapshot.event).toHaveLength(1);
  });
});
