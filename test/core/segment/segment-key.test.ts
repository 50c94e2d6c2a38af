import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Lane } from '../../../shared/core/segment/bucket.ts';
import type { Segment, Unit } from '../../../shared/core/segment/segment-key.ts';
import {
  entryOfLateLogKey,
  entrySortKey,
  LATE_LOGS,
  laneRange,
  logKey,
  logRange,
  parseEntrySortKey,
  parsePartitionKey,
  partitionKey,
  TOMBSTONES,
  tombstoneKey,
  unitName,
} from '../../../shared/core/segment/segment-key.ts';
import { epochMs } from '../../../shared/core/time/epoch.ts';
import { anyText } from '../any-text.ts';

const timeline = fc.oneof(anyText, fc.string({ unit: fc.constantFrom('#', '%', '2', '3', '5', 'a'), maxLength: 8 }));
const segment: fc.Arbitrary<Segment> = fc.record({
  timeline,
  minute: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  shard: fc.integer({ min: 0, max: 65_535 }),
});

const entryId = fc.string({ unit: fc.constantFrom(...'Aa0_-'), minLength: 11, maxLength: 11 });
const due = fc.integer({ min: 0, max: 253_402_300_799_999 }).map(epochMs);
const lane = fc.constantFrom<Lane>('E', 'L');
const sortKey = fc.tuple(lane, due, entryId).map((parts) => entrySortKey(...parts));
const lateKey = fc.tuple(due, entryId).map((parts) => entrySortKey('L', ...parts));

const unit: fc.Arbitrary<Unit> = fc.oneof(
  segment.map((of): Unit => ({ segment: of, lane: 'E' })),
  fc.tuple(segment, lateKey).map(([of, sk]): Unit => ({ segment: of, lane: 'L', sk })),
);

const seq = fc.integer({ min: 0, max: 99_999_999 });
const inRange = (sk: string, { from, to }: { from: string; to: string }): boolean => from <= sk && sk <= to;

describe('keys of segments', () => {
  it('can be read back, whatever the timeline is called', () => {
    fc.assert(
      fc.property(segment, (of) => {
        expect(parsePartitionKey(partitionKey(of))).toEqual(of);
      }),
    );
  });

  it('differ where a sign of the key moves from one part to the next', () => {
    const key = (name: string, minute: number): string => partitionKey({ timeline: name, minute, shard: 0 });
    expect(key('a#1', 2)).not.toBe(key('a', 1));
    expect(new Set(['a#b', 'a%23b', 'a%2523b', 'a%b', 'a'].map((name) => key(name, 1))).size).toBe(5);
    fc.assert(
      fc.property(segment, segment, (a, b) => {
        expect(partitionKey(a) === partitionKey(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it.each([
    '',
    'send',
    'send#1',
    'send#1#2#3',
    'send#-1#2',
    'send#1#x',
    'send#1e3#2',
    'send# 1#2',
    'send#1#2\n',
    'send#99999999999#1',
  ])('refuse %j', (text) => {
    expect(parsePartitionKey(text)).toBeUndefined();
  });
});

describe('sort keys', () => {
  it('order the entries of a lane by due time', () => {
    fc.assert(
      fc.property(lane, due, due, entryId, (of, a, b, id) => {
        expect(entrySortKey(of, a, id) < entrySortKey(of, b, id)).toBe(a < b);
      }),
    );
  });

  it('can be read back', () => {
    fc.assert(
      fc.property(lane, due, entryId, (of, firstDue, id) => {
        expect(parseEntrySortKey(entrySortKey(of, firstDue, id))).toEqual({ lane: of, firstDue, entryId: id });
      }),
    );
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseEntrySortKey(text)).toBeUndefined();
      }),
    );
  });

  it('lie in the range of their own kind and in no other', () => {
    const ranges = { E: laneRange('E'), L: laneRange('L'), X: TOMBSTONES, J: LATE_LOGS };
    fc.assert(
      fc.property(sortKey, lateKey, unit, seq, (sk, late, of, n) => {
        const kinds = (key: string): string[] =>
          Object.entries(ranges).flatMap(([kind, range]) => (inRange(key, range) ? [kind] : []));
        expect(kinds(sk)).toEqual([sk.charAt(0)]);
        expect(kinds(tombstoneKey(late))).toEqual(['X']);
        expect(kinds(logKey(of, n))).toEqual(of.lane === 'L' ? ['J'] : []);
      }),
    );
  });

  it('order the records of a log by number, and hold them apart from those of every other unit', () => {
    fc.assert(
      fc.property(unit, unit, seq, seq, (a, b, m, n) => {
        expect(logKey(a, m) < logKey(a, n)).toBe(m < n);
        expect(inRange(logKey(a, m), logRange(a, n))).toBe(m >= n);
        const sameLog = a.lane === b.lane && (a.lane === 'E' || (b.lane === 'L' && a.sk === b.sk));
        expect(inRange(logKey(b, n), logRange(a))).toBe(sameLog);
      }),
    );
  });

  it('name the late entry whose log they belong to', () => {
    fc.assert(
      fc.property(unit, seq, (of, n) => {
        expect(entryOfLateLogKey(logKey(of, n))).toBe(of.lane === 'L' ? of.sk : undefined);
      }),
    );
  });

  it('give units different names', () => {
    fc.assert(
      fc.property(unit, unit, (a, b) => {
        expect(unitName(a) === unitName(b)).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });
});
