import { describe, expect, it } from 'vitest';
import { classifyElement } from '../../../shared/core/process/classify-element.ts';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import { boundedOutOfOrderness } from '../../../shared/core/process/watermark/strategy.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';
import { codeOf } from './scripted.ts';

const START = Date.UTC(2026, 10, 22);
const MINUTE = 60_000;

type Times = { readonly maxFutureMs?: number; readonly allowedLatenessMs?: number };

const passing = (times: Times = {}) =>
  defineProcess({
    name: 'passing',
    element: anything<string>(),
    output: output<string>(),
    sideOutputs: { future: output<string>(), late: output<string>() },
    watermark: boundedOutOfOrderness(9, { idleAfterMs: 100 }),
    ...times,
    onElement: (value, { emit, timers, timestamp }) => {
      emit(value);
      if (timestamp !== null) timers.event.set(timestamp);
    },
    onTimer: (at, { emit }) => emit(`timer ${at}`),
  });

const values = (rows: readonly { readonly value: string }[]): string[] => rows.map(({ value }) => value);

describe('K1: an element of the future', () => {
  it('is further ahead of the clock than 10 minutes, or what the process says', () => {
    const at = (timestamp: number | null, times?: Times) => classifyElement(passing(times), { timestamp }, START);
    expect([at(null), at(START + 10 * MINUTE), at(START + 10 * MINUTE + 1)]).toEqual(['ok', 'ok', 'future']);
    expect([at(START + 5, { maxFutureMs: 5 }), at(START + 6, { maxFutureMs: 5 })]).toEqual(['ok', 'future']);
  });

  it('goes to its side output, and moves neither a timer nor the watermark', () => {
    const harness = makeHarness(passing(), { startAt: START });
    harness.element({ key: 'k', value: 'now', timestamp: START, partition: 'p0' });
    harness.element({ key: 'k', value: 'far', timestamp: START + 11 * MINUTE, partition: 'p0' });
    expect([values(harness.outputs()), harness.sideOutput('future')]).toEqual([
      ['now'],
      [{ key: 'k', value: 'far', timestamp: START + 11 * MINUTE }],
    ]);
    expect([harness.watermark, harness.timers('k')]).toMatchObject([START - 10, [{ at: START }]]);
  });
});

describe('K2: a late element', () => {
  it('goes to its side output where the process says how late it may be, inclusively', () => {
    const harness = makeHarness(passing({ allowedLatenessMs: 5 }));
    harness.advanceWatermark(100);
    for (const timestamp of [95, 96]) harness.element({ key: 'k', value: `at ${timestamp}`, timestamp });
    expect([values(harness.outputs()), values(harness.sideOutput('late'))]).toEqual([['at 96'], ['at 95']]);
  });

  it('goes to the handler where it does not, as in Flink', () => {
    const harness = makeHarness(passing());
    harness.advanceWatermark(100);
    harness.element({ key: 'k', value: 'late', timestamp: 1 });
    expect(values(harness.outputs())).toEqual(['late']);
  });
});

it.each([{ maxFutureMs: -1 }, { allowedLatenessMs: Number.NaN }, { limits: { timersPerKey: 0 } }])(
  'is not defined with %o',
  (times) => {
    expect(codeOf(() => passing(times))).toBe('INVALID_DEFINITION');
  },
);

describe('P15: source partitions in the harness', () => {
  const fed = (partitions?: readonly string[]) => {
    const harness = makeHarness(passing(), partitions ? { partitions: { main: partitions } } : {});
    return {
      ...harness,
      at: (timestamp: number, partition: string) =>
        harness.element({ key: 'k', value: `${timestamp}`, timestamp, partition }),
      watermark: () => harness.watermark,
    };
  };

  it('each have a watermark, and the smallest counts', () => {
    const harness = fed(['p0', 'p1']);
    harness.at(110, 'p0');
    expect(harness.watermark()).toBeLessThan(0);
    harness.at(60, 'p1');
    expect([harness.watermark(), values(harness.outputs())]).toEqual([50, ['110', '60']]);
    harness.at(90, 'p1');
    expect([harness.watermark(), values(harness.outputs()).slice(3)]).toEqual([80, ['timer 60']]);
  });

  it('that are idle hold nothing back, and count again when they have caught up', () => {
    const harness = fed(['p0', 'p1']);
    harness.at(110, 'p0');
    harness.advanceTo(60);
    harness.at(120, 'p0');
    harness.advanceTo(101);
    expect([harness.watermark(), harness.partitions().p1?.idle]).toEqual([110, true]);
    harness.at(50, 'p1');
    harness.at(130, 'p0');
    expect([harness.watermark(), harness.partitions().p1?.aligned]).toEqual([120, false]);
    harness.at(140, 'p1');
    harness.at(200, 'p0');
    expect([harness.watermark(), harness.partitions().p1?.aligned]).toEqual([130, true]);
  });

  it('may bring their own watermark, which never goes back, and all survive a restart', () => {
    const harness = fed();
    harness.advanceWatermark(50, 'main', 'p0');
    harness.advanceWatermark(40, 'main', 'p0');
    const restarted = makeHarness(passing(), { restore: harness.save() });
    expect([harness.watermark(), restarted.watermark]).toEqual([50, 50]);
    restarted.advanceWatermark(60, 'main', 'p0');
    expect(restarted.watermark).toBe(60);
  });
});
