import fc from 'fast-check';
import { expect, it } from 'vitest';
import { defineProcess } from '../../../shared/core/process/definition.ts';
import { output } from '../../../shared/core/process/output.ts';
import type { TimerDomain } from '../../../shared/core/process/timer.ts';
import { makeHarness } from '../../../shared/testing/harness.ts';
import { anything } from '../../conformance/anything.ts';

type Act = { readonly act: 'set' | 'delete'; readonly domain: TimerDomain; readonly by: number };
type Event =
  | { readonly kind: 'element'; readonly key: string; readonly acts: readonly Act[] }
  | { readonly kind: 'watermark' | 'time'; readonly by: number };

/** What `onTimer` does depends on the timer alone, and only now and then, so that chains end. */
const reactions = (key: string, domain: TimerDomain, at: number): readonly Act[] => {
  const dice = (at * 7 + key.charCodeAt(0) + (domain === 'event' ? 0 : 3)) % 5;
  if (dice === 0) return [{ act: 'set', domain, by: 3 }];
  if (dice === 1)
    return [
      { act: 'delete', domain, by: 1 },
      { act: 'set', domain, by: 6 },
    ];
  return [];
};

/** Flink's timer service as one reads it: a set of (key, domain, time), scanned. */
const makeModel = () => {
  const timers = new Set<string>();
  const fired: string[] = [];
  const reached = { event: Number.NEGATIVE_INFINITY, processing: 0 };
  const apply = (key: string, from: number, { act, domain, by }: Act): void => {
    const timer = `${key}/${domain}/${from + by}`;
    if (act === 'set') timers.add(timer);
    else timers.delete(timer);
  };
  const fireDue = (domain: TimerDomain): void => {
    for (;;) {
      const due = [...timers]
        .map((timer) => ({ timer, parts: timer.split('/') }))
        .filter(({ parts }) => parts[1] === domain && Number(parts[2]) <= reached[domain])
        .sort((a, b) => Number(a.parts[2]) - Number(b.parts[2]))[0];
      if (!due) return;
      timers.delete(due.timer);
      fired.push(due.timer);
      const at = Number(due.parts[2]);
      for (const act of reactions(due.parts[0] ?? '', domain, at)) apply(due.parts[0] ?? '', at, act);
    }
  };
  return { timers, fired, reached, apply, fireDue };
};

const reacting = defineProcess({
  name: 'reacting',
  element: anything<{ acts: readonly Act[]; base: number }>(),
  output: output<string>(),
  onElement: ({ acts, base }, { timers }) => {
    for (const { act, domain, by } of acts) timers[domain][act](base + by);
  },
  onTimer: (at, { emit, key, timer, timers }) => {
    if (!timer) return;
    emit(`${key}/${timer.domain}/${at}`);
    for (const { act, domain, by } of reactions(key, timer.domain, at)) timers[domain][act](at + by);
  },
});

const act = fc.record({
  act: fc.constantFrom('set', 'set', 'delete' as const),
  domain: fc.constantFrom('event' as const, 'processing' as const),
  by: fc.integer({ min: 1, max: 30 }),
});
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({
    kind: fc.constant('element' as const),
    key: fc.constantFrom('a', 'b', 'c'),
    acts: fc.array(act, { maxLength: 5 }),
  }),
  fc.record({ kind: fc.constantFrom('watermark' as const, 'time' as const), by: fc.integer({ min: 1, max: 20 }) }),
);

const perKey = (fired: readonly string[], key: string): readonly string[] =>
  fired.filter((timer) => timer.startsWith(key));

it('P13 P15: per key the timers fire as those of Flink, whatever is set and deleted, with and without restarts', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), fc.boolean(), (events, restarts) => {
      const model = makeModel();
      let harness = makeHarness(reacting);
      const fired: string[] = [];
      let [watermark, now] = [0, 0];
      for (const happening of events) {
        if (happening.kind === 'element') {
          // Beyond both clocks, so that no timer is behind: that case has a test of its own.
          const base = Math.max(watermark, now) + 1;
          harness.element({ key: happening.key, value: { acts: happening.acts, base } });
          for (const one of happening.acts) model.apply(happening.key, base, one);
        } else if (happening.kind === 'watermark') {
          watermark += happening.by;
          harness.advanceWatermark(watermark);
          model.reached.event = watermark;
          model.fireDue('event');
        } else {
          now += happening.by;
          harness.advanceTo(now);
          model.reached.processing = now;
          model.fireDue('processing');
        }
        if (!restarts) continue;
        fired.push(...harness.outputs().map(({ value }) => value));
        harness = makeHarness(reacting, { restore: harness.save() });
      }
      fired.push(...harness.outputs().map(({ value }) => value));
      for (const key of ['a', 'b', 'c']) expect(perKey(fired, key)).toEqual(perKey(model.fired, key));
      const pending = harness
        .keys()
        .flatMap((key) => harness.timers(key).map(({ domain, at }) => `${key}/${domain}/${at}`));
      expect(pending.sort()).toEqual([...model.timers].sort());
    }),
    { numRuns: 300, seed: 5 },
  );
});
