import { describe, expect, it } from 'vitest';
import { rollingSessions, type SessionRow } from '../../examples/rolling-sessions/rolling-sessions.ts';
import { makeHarness } from '../../shared/testing/harness.ts';
import { HarnessCrash } from '../../shared/testing/world.ts';

const MINUTE = 60_000;

const feed = (harness: ReturnType<typeof start>, at: number, durationMs: number): void =>
  harness.element({ key: 'u', value: { durationMs }, timestamp: at, id: `e${at}` });

const start = () => makeHarness(rollingSessions, { redeliver: true });

const spans = ({ halfHour, hour, sixHours }: SessionRow): string =>
  [halfHour, hour, sixHours].map(([count, sum]) => `${count}/${sum}`).join(' ');

const EVENTS = [
  [0.5, 10],
  [20, 20],
  [40.5, 30],
] as const;

const EXPECTED: Readonly<Record<number, string>> = {
  1: '1/10 1/10 1/10',
  20: '1/10 1/10 1/10',
  31: '1/20 2/30 2/30',
  41: '2/50 3/60 3/60',
  51: '1/30 3/60 3/60',
  71: '0/0 2/50 3/60',
  101: '0/0 0/0 3/60',
  381: '0/0 0/0 1/30',
  401: '0/0 0/0 0/0',
};

describe('rolling sessions', () => {
  it.each([
    ['in order, minute by minute', EVENTS, 1],
    ['out of order, in one jump of the watermark', [...EVENTS].reverse(), 1000],
  ] as const)('gives the rows of the issue, %s', (_, events, stride) => {
    const harness = start();
    const waiting = [...events];
    if (stride > 1) for (const [minute, duration] of waiting.splice(0)) feed(harness, minute * MINUTE, duration);
    for (let minute = 0; minute <= 1000; minute += stride) {
      for (const [at, duration] of waiting.filter(([at]) => Math.floor(at) === minute)) {
        feed(harness, at * MINUTE, duration);
      }
      harness.advanceWatermark(minute * MINUTE);
    }
    const rows = new Map(harness.outputs().map(({ value }) => [value.at / MINUTE, spans(value)]));
    expect(Object.fromEntries(Object.keys(EXPECTED).map((at) => [at, rows.get(Number(at))]))).toEqual(EXPECTED);
    expect([...rows.keys()]).toEqual(Array.from({ length: 401 }, (_, n) => n + 1));
    expect([harness.state('u'), harness.timers('u')]).toEqual([{}, []]);
  });

  it('counts what comes late in the rows to come, and leaves the others alone', () => {
    const harness = start();
    feed(harness, 0.5 * MINUTE, 10);
    harness.advanceWatermark(10 * MINUTE);
    feed(harness, 1.5 * MINUTE, 5);
    harness.advanceWatermark(12 * MINUTE);
    const rows = harness.outputs().map(({ value }) => spans(value).split(' ')[0]);
    expect(rows).toEqual([...Array(10).fill('1/10'), '2/15', '2/15']);
  });

  it('starts again for a user who was forgotten, and waits for one who comes far ahead', () => {
    const harness = start();
    feed(harness, 0, 1);
    feed(harness, 1000 * MINUTE, 2);
    harness.advanceWatermark(1001 * MINUTE);
    expect(harness.outputs().map(({ value }) => value.at / MINUTE)).toEqual([
      ...Array.from({ length: 361 }, (_, n) => n + 1),
      1001,
    ]);
  });

  it.each(['before-commit', 'before-delivery', 'after-delivery'] as const)(
    'P14: gives each row once, with one id, when every third turn crashes %s',
    (point) => {
      const harness = start();
      feed(harness, 0.5 * MINUTE, 10);
      for (let minute = 1; minute <= 30; minute++) {
        if (minute % 3 === 0) {
          harness.crashNext(point);
          expect(() => harness.advanceWatermark(minute * MINUTE)).toThrow(HarnessCrash);
        }
        harness.advanceWatermark(minute * MINUTE + 1);
      }
      const rows = Array.from({ length: 30 }, (_, n) => n + 1);
      expect(harness.outputs().map(({ value }) => value.at / MINUTE)).toEqual(rows);
    },
  );
});
