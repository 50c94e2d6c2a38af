import { describe, expect, it } from 'vitest';
import { heartbeat } from '../../examples/heartbeat/heartbeat.ts';
import { makeHarness } from '../../shared/testing/harness.ts';

const beat = { key: 'd', value: {} };

describe('heartbeat timeout', () => {
  it('raises one alert a silence, keeps nothing, and is armed again by the next beat', () => {
    const harness = makeHarness(heartbeat);
    harness.element(beat);
    harness.advanceTo(59_999);
    expect(harness.outputs()).toEqual([]);
    harness.advanceTo(60_000);
    expect(harness.outputs()).toEqual([{ key: 'd', value: { device: 'd', lastBeatAt: 0 }, timestamp: null }]);
    expect([harness.state('d'), harness.timers('d')]).toEqual([{}, []]);
    harness.advanceTo(500_000);
    harness.element(beat);
    harness.advanceTo(560_000);
    expect(harness.outputs().map(({ value }) => value.lastBeatAt)).toEqual([0, 500_000]);
  });

  it('raises no false alarm after an outage, and still notices who stays silent', () => {
    const before = makeHarness(heartbeat);
    before.element(beat);
    before.element({ key: 'silent', value: {} });
    const harness = makeHarness(heartbeat, { restore: before.save() });
    harness.advanceTo(600_000);
    harness.element(beat);
    harness.advanceTo(630_000);
    harness.element(beat);
    harness.advanceTo(660_000);
    expect(harness.outputs().map(({ key }) => key)).toEqual(['silent']);
  });

  it('lets a beat in the millisecond of the deadline win', () => {
    const harness = makeHarness(heartbeat);
    harness.element(beat);
    harness.advanceTo(59_999);
    const restarted = makeHarness(heartbeat, { restore: { ...harness.save(), now: 60_000 } });
    restarted.element(beat);
    restarted.advanceTo(119_999);
    expect(restarted.outputs()).toEqual([]);
    restarted.advanceTo(120_000);
    expect(restarted.outputs()).toHaveLength(1);
  });
});
