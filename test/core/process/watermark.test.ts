import fc from 'fast-check';
import { expect, it } from 'vitest';
import { alignDown, alignUp } from '../../../shared/core/process/event-time.ts';
import {
  openSources,
  probeIdle,
  type SourceWatermarks,
  takeMark,
} from '../../../shared/core/process/watermark/source-watermarks.ts';
import { customWatermark, freshWatermark, observeTimestamp } from '../../../shared/core/process/watermark/strategy.ts';
import {
  activateChannel,
  advanceChannel,
  idleChannel,
  openValve,
} from '../../../shared/core/process/watermark/valve.ts';

const channel = fc.constantFrom('a', 'b', 'c');

it('P15: the combined watermark never goes back, and is never ahead of an aligned partition', () => {
  const moves = fc.array(
    fc.tuple(channel, fc.oneof(fc.integer({ min: 0, max: 50 }), fc.constantFrom('idle', 'active'))),
  );
  fc.assert(
    fc.property(moves, (all) => {
      let valve = openValve(['a', 'b', 'c']);
      for (const [name, move] of all) {
        const before = valve.output;
        if (move === 'idle') valve = idleChannel(valve, name);
        else if (move === 'active') valve = activateChannel(valve, name);
        else valve = advanceChannel(valve, name, Number(move));
        expect(valve.output).toBeGreaterThanOrEqual(before);
        for (const { aligned, watermark } of Object.values(valve.channels)) {
          if (aligned) expect(watermark).toBeGreaterThanOrEqual(valve.output);
        }
      }
    }),
    { numRuns: 500, seed: 15 },
  );
});

it('P15: a partition that came late, and is behind the others, holds nothing back once it is idle', () => {
  const take = (sources: SourceWatermarks, partition: string, watermark: number, seenAt: number): SourceWatermarks =>
    takeMark(sources, { input: 'main', partition }, { maxTimestamp: watermark, watermark, seenAt });
  let sources = take(openSources(['main']), 'a', 100, 0);
  sources = take(sources, 'late', 50, 0);
  sources = take(sources, 'a', 200, 90);
  expect(sources.published).toBe(100);
  expect(probeIdle(sources, 60, 100).published).toBe(200);
});

it('P15: a strategy that goes back does not take the watermark with it', () => {
  let backwards = 10;
  const strategy = customWatermark(() => backwards--);
  const first = observeTimestamp(strategy, freshWatermark, 1);
  expect(observeTimestamp(strategy, first, 2)).toEqual({ maxTimestamp: 2, watermark: 10 });
});

it('times align to whole periods, before 1970 too', () => {
  expect([alignDown(119, 60), alignUp(119, 60), alignUp(120, 60), alignDown(-1, 60), alignDown(5, 10, 7)]).toEqual([
    60, 120, 120, -60, -3,
  ]);
});
